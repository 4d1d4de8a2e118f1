import { appendFile } from 'node:fs/promises';
import { JsonTraceSerializer } from '@opentelemetry/otlp-transformer';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';

type Done = Parameters<SpanExporter['export']>[1];

/** Appends each batch as a line of OTLP/JSON, as the collector's file exporter writes and its receiver reads it. */
export class FileSpanExporter implements SpanExporter {
  readonly #file: string;
  /** One line after the other. */
  #writing: Promise<void> = Promise.resolve();

  constructor(file: string) {
    this.#file = file;
  }

  export(spans: ReadableSpan[], done: Done): void {
    const bytes = JsonTraceSerializer.serializeRequest(spans);
    if (bytes === undefined) return done({ code: 0 });
    this.#writing = this.#append(Buffer.from(bytes).toString(), this.#writing, done);
  }

  async #append(line: string, before: Promise<void>, done: Done): Promise<void> {
    await before;
    try {
      await appendFile(this.#file, `${line}\n`);
      done({ code: 0 });
    } catch (error) {
      done({ code: 1, error: error as Error });
    }
  }

  async shutdown(): Promise<void> {
    await this.#writing;
  }
}
