import { Ajv2020, type Options, type ValidateFunction } from 'ajv/dist/2020.js';
import { ajvFormats } from './ajv-formats.ts';
import { SCHEMAS } from './schemas.ts';

export const AJV_OPTIONS: Options = { allErrors: true, useDefaults: true, verbose: true, strict: true, formats: ajvFormats };

/**
 * One validator a file kind, compiled when it is first used. The bundler puts the compiled code in the place
 * of this module, so that the command starts without a compiler.
 */
export function validatorOf(kind: keyof typeof SCHEMAS): ValidateFunction {
  const known = compiled.get(kind) ?? new Ajv2020(AJV_OPTIONS).compile(SCHEMAS[kind]);
  compiled.set(kind, known);
  return known;
}

const compiled = new Map<keyof typeof SCHEMAS, ValidateFunction>();
