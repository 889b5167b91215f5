import { readFileSync } from 'node:fs';
import { type Static, Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import type { Access } from '../postgres/session.ts';
import { StepError } from '../step-error.ts';

const text = Type.String({ minLength: 1 });
const port = Type.Integer({ minimum: 0, maximum: 65_535 });
const strict = { additionalProperties: false };
const database = Type.Object(
  { host: text, port, name: text, user: text, passwordFile: text, certificateAuthorityFile: Type.Union([text, Type.Null()]) },
  strict,
);

const GuardFile = Type.Object(
  {
    cloud: Type.Union([Type.Literal('aws'), Type.Literal('gcp')]),
    lease: Type.Number({ minimum: 0.5, maximum: 600 }),
    interval: Type.Number({ minimum: 0.05, maximum: 120 }),
    heartbeat: Type.Number({ minimum: 0.05, maximum: 60 }),
    whenAlone: Type.Union([Type.Literal('fence'), Type.Literal('keep')]),
    authority: Type.Object({ url: text, tokenFile: text, timeout: Type.Number({ minimum: 0.05, maximum: 60 }) }, strict),
    databases: Type.Object({ aws: database, gcp: database }, strict),
    pool: Type.Object(
      {
        host: text,
        port,
        user: text,
        passwordFile: text,
        certificateAuthorityFile: Type.Union([text, Type.Null()]),
        database: text,
        file: text,
        entries: Type.Object({ aws: text, gcp: text }, strict),
      },
      strict,
    ),
    listen: Type.Object({ host: text, port, tokenFile: text }, strict),
  },
  strict,
);

/** What `tandem guard` is given: rendered into each cluster, with the names of files that hold the secrets. Durations are seconds. */
export type GuardConfiguration = Static<typeof GuardFile>;

/** @throws StepError `configuration` saying the path in the file, what was found and what is allowed. */
export function readGuardConfiguration(file: string): GuardConfiguration {
  let value: unknown;
  const content = readText(file);
  try {
    value = JSON.parse(content);
  } catch (error) {
    throw new StepError('configuration', `${file}: ${(error as Error).message}`, 'It is JSON, as `tandem render` writes it.');
  }
  const [first] = Value.Errors(GuardFile, value);
  if (first)
    throw new StepError(
      'configuration',
      `${file}: ${first.path || '/'}: ${first.message}, but found ${JSON.stringify(first.value) ?? 'nothing'}`,
      'Render the environment again, or compare the file with guard.json in pgbouncer/config of a rendered tree.',
    );
  const configuration = Value.Decode(GuardFile, value);
  if (configuration.interval * 2 > configuration.lease)
    throw new StepError(
      'configuration',
      `${file}: /interval: ${configuration.interval} s, but a lease of ${configuration.lease} s must hold two of them`,
      'Shorten the interval, or lengthen the lease.',
    );
  return configuration;
}

/** @throws StepError `configuration` */
export function readSecret(file: string): string {
  const secret = readText(file).replace(/\r?\n$/, '');
  if (secret === '') throw new StepError('configuration', `${file} is empty`, 'It must hold a secret, on one line.');
  return secret;
}

/** @throws StepError `configuration` */
export function accessTo(database: GuardConfiguration['databases']['aws']): Access {
  return {
    host: database.host,
    port: database.port,
    database: database.name,
    user: database.user,
    password: readSecret(database.passwordFile),
    certificateAuthority: database.certificateAuthorityFile === null ? null : readText(database.certificateAuthorityFile),
  };
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new StepError(
      'configuration',
      `${file}: ${code === 'ENOENT' ? 'there is no such file' : code === 'EACCES' ? 'it may not be read' : `it cannot be read (${code})`}`,
      'See that the secret or the ConfigMap that holds it is mounted.',
    );
  }
}
