import { createHash } from 'node:crypto';
import { isMeantBy } from '@vumi/core';
import { compileClassic, type LibraryEvidence } from './compile-classic.ts';
import { compileLanguages } from './languages/compile-languages.ts';
import { compileApp, type CompiledApp } from './compile-app.ts';
import { parseManifest, type Manifest } from './manifest.ts';
import { sortParts, type BundleParts } from './parts.ts';
import { quoted, refusal } from './refusal.ts';
import { parseTranscript, type Transcript } from './transcript.ts';
import { readZip } from './zip-reader.ts';
import { contentTypeOf } from './content-types.ts';

/** A file of the app's web page. */
export interface BundleFile {
  readonly path: string;
  /** Hex. */
  readonly sha256: string;
  readonly content_type: string;
  readonly bytes: Buffer;
}

/** An app as it was uploaded, checked and compiled. */
export interface Bundle {
  /** Of the zip, hex. */
  readonly sha256: string;
  /** As its author wrote it, and which API it was found to be written for. */
  readonly manifest: Manifest;
  readonly worker: CompiledApp;
  /** `index.html` and `assets/**`: what the world may read. */
  readonly files: BundleFile[];
  /** The app's self-test; no steps when it has none. */
  readonly transcript: Transcript;
  /** Why transcript.json cannot be run; null when it can, or is not there. */
  readonly transcriptFault: string | null;
  /** What tells the libraries of a classic app; null for an app of the SDK. */
  readonly libraries: LibraryEvidence | null;
  /** Sentences for the author. */
  readonly warnings: string[];
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function describeFiles({ assets }: BundleParts): BundleFile[] {
  return Array.from(assets, ([path, bytes]) => ({
    path,
    sha256: sha256(bytes),
    content_type: contentTypeOf(path),
    bytes,
  }));
}

async function compile(
  parts: BundleParts,
  manifest: Manifest,
): Promise<Pick<Bundle, 'worker' | 'manifest' | 'libraries' | 'warnings'>> {
  const classic = await compileClassic(parts, manifest);
  if (classic !== null) return classic;
  // An app may speak languages that it has no files of: with texts of its own, or before they are translated.
  const speaks = parts.languages.size > 0 || isForeign(manifest.languages ?? []);
  const languages = speaks ? await compileLanguages(parts, manifest.languages) : null;
  const { worker, warnings } = await compileApp(parts.entry, parts.sources, languages?.catalog);
  return { worker, warnings: [...warnings, ...(languages?.warnings ?? [])], manifest, libraries: null };
}

/** The SDK's own words are English where nothing says otherwise. */
function isForeign(languages: readonly string[]): boolean {
  return languages.length > 1 || languages.some((code) => !/^en(?:g|[-_]|$)/i.test(code));
}

/** A pattern that meets no file is a slip, and would show everybody what was meant to be private. */
function checkPrivateFiles({ frontend }: Manifest, { assets }: BundleParts): void {
  const patterns = Array.isArray(frontend?.private) ? frontend.private : [];
  const idle = patterns.find((pattern) => ![...assets.keys()].some((path) => isMeantBy(pattern, path)));
  if (idle === undefined) return;
  const text = `vumi.json, frontend.private: no file of the page is called ${quoted(idle)}. Name files of the zip, such as "index.html" or "assets/staff/*".`;
  throw refusal('private-names-nothing', text, 'vumi.json');
}

/**
 * Makes an app of an untrusted zip (spec sandbox-security §3.5, DESIGN §7). Nothing of it is written to disk and
 * nothing is run. Throws `bundle.refused` with `details.reason` and `details.file`, or `bundle.does_not_compile` with
 * `details.file`, `line` and `column`.
 */
export async function intakeBundle(zip: Buffer): Promise<Bundle> {
  const parts = sortParts(await readZip(zip));
  const asked = parseManifest(parts.manifest);
  checkPrivateFiles(asked, parts);
  const { worker, warnings, manifest, libraries } = await compile(parts, asked);
  const selfTest = parseTranscript(parts.transcript);
  return {
    sha256: sha256(zip),
    manifest,
    worker,
    libraries,
    files: describeFiles(parts),
    transcript: selfTest.transcript,
    transcriptFault: selfTest.fault,
    warnings: [...parts.warnings, ...warnings],
  };
}
