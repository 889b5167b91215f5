import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { deployAuthority } from '../../workflows/authority/deploy.ts';
import { readGuardConfiguration } from '../../workflows/guard/configuration.ts';
import { inputsOf, STEPS } from '../../workflows/steps/steps.ts';
import { runCli } from '../run-cli.ts';

const test = suite('steps');

const messageOf = (run: () => unknown): string => {
  try {
    run();
    return 'accepted';
  } catch (error) {
    return (error as Error).message;
  }
};

test('inputs are checked before anything is done: the name, what is missing, what is allowed', () => {
  assert.match(
    messageOf(() => inputsOf('fence', new Map([['colour', 'red']]))),
    /fence takes no input colour/,
  );
  assert.match(
    messageOf(() => inputsOf('fence', new Map())),
    /fence needs the input cloud/,
  );
  assert.match(
    messageOf(() => inputsOf('fence', new Map([['cloud', 'azure']]))),
    /cloud: azure/,
  );
  assert.match(
    messageOf(() =>
      inputsOf(
        'promote',
        new Map([
          ['cloud', 'aws'],
          ['epoch', '-1'],
        ]),
      ),
    ),
    /epoch: -1/,
  );
  assert.equal(inputsOf('fence', new Map([['cloud', 'aws']])), { cloud: 'aws', scope: 'writes' });
});

test('every step says what each of its inputs is for, and its defaults are valid', () => {
  for (const [name, { inputs, about, defaults }] of Object.entries(STEPS)) {
    assert.equal(Object.keys(about).sort(), Object.keys(inputs).sort(), name);
    for (const input of Object.keys(defaults)) assert.ok(Object.hasOwn(inputs, input), `${name}: ${input}`);
  }
});

test('on the command line: wrong words, a missing secret and a bad file are one clear error, exit code 2', async () => {
  const cases: readonly (readonly [string[], RegExp])[] = [
    [['step', 'explode', '--env', 'production'], /there is no step explode; use one of begin, /],
    [['step', 'fence'], /step takes one environment: --env NAME/],
    [['step', 'fence', '--env', 'production', '--input', 'cloud'], /--input cloud: expected name=value/],
    [['step', 'readiness', '--env', 'production', '--credentials', '/nowhere'], /there is no \/nowhere\/.*needs a file/s],
    [['drill', 'remote'], /expected drill local/],
    [['drill', 'local', '--scenario', 'flood'], /--scenario flood: expected one of switchover, /],
    [['drill', 'local', '--scenario', 'aws-lost', '--lease', '1ms'], /--lease 1ms: expected a duration/],
    [['authority', 'destroy', '--env', 'production'], /expected authority deploy or authority show/],
    [['guard'], /guard needs --config FILE/],
    [['guard', '--config', '/nowhere.json'], /\/nowhere\.json: there is no such file/],
  ];
  for (const [args, expected] of cases) {
    const { code, err } = await runCli(args);
    assert.is(code, 2, args.join(' '));
    assert.match(err, expected);
    assert.not.match(err, /\n {4}at /, 'no stack trace');
  }
});

test('a guard’s file is refused with the path in it, what was found and what is allowed', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tandem-guard-test-'));
  try {
    const file = join(folder, 'guard.json');
    const refusal = (content: string): string => {
      writeFileSync(file, content);
      return messageOf(() => readGuardConfiguration(file));
    };
    assert.match(refusal('{'), /guard\.json: .*JSON/);
    assert.match(refusal('{"cloud": "azure"}'), /guard\.json: \//);
    const database = { host: 'db', port: 5432, name: 'crm', user: 'g', passwordFile: 'p', certificateAuthorityFile: null };
    const good = {
      cloud: 'aws',
      lease: 15,
      interval: 5,
      heartbeat: 1,
      whenAlone: 'fence',
      authority: { url: 'https://a', tokenFile: 't', timeout: 3 },
      databases: { aws: database, gcp: database },
      pool: {
        host: 'p',
        port: 6432,
        user: 'c',
        passwordFile: 'p',
        certificateAuthorityFile: null,
        database: 'crm',
        file: 'f',
        entries: { aws: 'host=a', gcp: 'host=b' },
      },
      listen: { host: '0.0.0.0', port: 9100, tokenFile: 't' },
    };
    assert.is(refusal(JSON.stringify(good)), 'accepted');
    assert.match(refusal(JSON.stringify({ ...good, lease: 'long' })), /\/lease: .*but found "long"/);
    assert.match(refusal(JSON.stringify({ ...good, interval: 10 })), /\/interval: 10 s, but a lease of 15 s must hold two/);
    assert.match(refusal(JSON.stringify({ ...good, extra: 1 })), /\/extra/);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

/** Cloudflare's API, as far as a deployment asks it. */
async function cloudflare(
  existing: readonly object[],
  run: (url: string, asked: { line: string; body: string }[]) => Promise<void>,
): Promise<void> {
  const asked: { line: string; body: string }[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    asked.push({ line: `${request.method} ${request.url}`, body });
    const authorized = request.headers.authorization === 'Bearer api-token';
    response.writeHead(authorized ? 200 : 403, { 'content-type': 'application/json' });
    response.end(
      JSON.stringify(
        authorized
          ? { success: true, result: request.method === 'GET' ? existing : {} }
          : { success: false, errors: [{ message: 'Authentication error' }] },
      ),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    await run(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked);
  } finally {
    server.close();
  }
}

const deployment = (api: string) => ({
  api,
  apiToken: 'api-token',
  account: 'acc',
  zoneId: 'zone',
  hostname: 'writer.example.com',
  name: 'tandem-authority-production',
  script: 'export default {}',
  confirmToken: 'confirms',
  claimToken: 'claims',
  lease: 15,
  timeout: 5,
});

test('the authority is deployed with its object once, and updated without touching it', async () => {
  await cloudflare([], async (url, asked) => {
    assert.equal(await deployAuthority(deployment(url)), { created: true });
    assert.equal(
      asked.map(({ line }) => line),
      [
        'GET /accounts/acc/workers/scripts',
        'PUT /accounts/acc/workers/scripts/tandem-authority-production',
        'PUT /accounts/acc/workers/domains',
      ],
    );
    assert.match(asked[1]?.body ?? '', /"new_sqlite_classes":\["WriterAuthority"\]/);
  });
  await cloudflare([{ id: 'tandem-authority-production', migration_tag: 'v1' }], async (url, asked) => {
    assert.equal(await deployAuthority(deployment(url)), { created: false });
    assert.not.match(asked[1]?.body ?? '', /migrations/);
  });
});

test('a refusal of Cloudflare names the request and what it said, and no token', async () => {
  await cloudflare([], async (url) => {
    const message = await deployAuthority({ ...deployment(url), apiToken: 'wrong' }).catch((error: Error) => error.message);
    assert.match(String(message), /refused GET \/accounts\/acc\/workers\/scripts: Authentication error/);
    assert.not.match(String(message), /wrong|confirms|claims/);
  });
});

test.run();
