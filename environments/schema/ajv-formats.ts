import { FORMATS } from './formats.ts';

/** The formats as ajv takes them: a text is good when its parser takes it. */
export const ajvFormats = Object.fromEntries(
  Object.entries(FORMATS).map(([name, { parse }]) => [
    name,
    { type: 'string' as const, validate: (text: string) => parse(text) !== undefined },
  ]),
);
