type Params = Readonly<Record<string, string>>;

/** A screen by its name in the app, and what it is given. */
export interface ScreenPlace {
  readonly screen: string;
  readonly params: Params;
}

/**
 * The screen that a name leads to: by the name itself, or by one with parameters, as `clinic/:id` for `clinic/42`. Throws where
 * there is none.
 */
export function placeIn(
  screens: Readonly<Record<string, unknown>>,
  name: string,
  params: Params = {},
): ScreenPlace {
  if (Object.hasOwn(screens, name)) return { screen: name, params };
  for (const screen of Object.keys(screens)) {
    const found = screen.includes(':') ? paramsIn(name, screen) : null;
    if (found !== null) return { screen, params: { ...params, ...found } };
  }
  throw new TypeError(`"${name}" is no screen; there are ${Object.keys(screens).join(', ')}`);
}

function paramsIn(name: string, pattern: string): Params | null {
  const [given, wanted] = [name.split('/'), pattern.split('/')];
  if (given.length !== wanted.length) return null;
  const params: [string, string][] = [];
  for (const [index, part] of wanted.entries()) {
    const value = given[index] ?? '';
    if (!part.startsWith(':')) {
      if (part !== value) return null;
    } else if (value === '') return null;
    else params.push([part.slice(1), value]);
  }
  return Object.fromEntries(params);
}

export function screenIn<S>(screens: Readonly<Record<string, S>>, name: string): S {
  const screen = screens[placeIn(screens, name).screen];
  if (screen === undefined) throw new RangeError('there is no such screen');
  return screen;
}
