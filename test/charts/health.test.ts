import fengari from 'fengari';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { APPLICATION_HEALTH, CROSSPLANE_HEALTH } from '../../charts/argocd/health.ts';

const test = suite('health');
const { lua, lauxlib, lualib, to_luastring, to_jsstring } = fengari;

/** A value as a Lua expression. */
function expression(value: unknown): string {
  if (value === null || value === undefined) return 'nil';
  if (Array.isArray(value)) return `{ ${value.map(expression).join(', ')} }`;
  if (typeof value !== 'object') return JSON.stringify(value);
  return `{ ${Object.entries(value)
    .map(([key, child]) => `[${JSON.stringify(key)}] = ${expression(child)}`)
    .join(', ')} }`;
}

/** Runs a health script on an object, in a real Lua, as Argo CD does. */
function health(script: string, object: object): { status: string; message: string } {
  const state = lauxlib.luaL_newstate();
  lualib.luaL_openlibs(state);
  const program = `obj = ${expression(object)}\nlocal check = function()\n${script}\nend\nlocal hs = check()\nreturn hs.status .. "|" .. (hs.message or "")`;
  if (lauxlib.luaL_dostring(state, to_luastring(program))) throw new Error(to_jsstring(lua.lua_tostring(state, -1)));
  const [status = '', message = ''] = to_jsstring(lua.lua_tostring(state, -1)).split('|');
  return { status, message };
}

const managed = (conditions: object[] | null): object => ({ kind: 'Instance', ...(conditions ? { status: { conditions } } : {}) });
const condition = (type: string, status: string, more: object = {}): object => ({ type, status, ...more });

for (const [name, object, expected] of [
  ['a managed resource that nobody has looked at yet', managed(null), 'Progressing'],
  ['a managed resource with an empty status', { kind: 'Instance', status: {} }, 'Progressing'],
  ['a managed resource without conditions', managed([]), 'Progressing'],
  [
    'a managed resource that is being made',
    managed([condition('Synced', 'True'), condition('Ready', 'False', { reason: 'Creating' })]),
    'Progressing',
  ],
  ['a managed resource that is ready', managed([condition('Synced', 'True'), condition('Ready', 'True')]), 'Healthy'],
  [
    'a managed resource that cannot be applied',
    managed([condition('Synced', 'False', { message: 'no permission' }), condition('Ready', 'True')]),
    'Degraded',
  ],
  ['a managed resource whose call failed', managed([condition('LastAsyncOperation', 'False'), condition('Synced', 'True')]), 'Degraded'],
  [
    'a provider that is installed and not yet healthy',
    { kind: 'Provider', status: { conditions: [condition('Installed', 'True'), condition('Healthy', 'False')] } },
    'Progressing',
  ],
  [
    'a provider that runs',
    { kind: 'Provider', status: { conditions: [condition('Installed', 'True'), condition('Healthy', 'True')] } },
    'Healthy',
  ],
  ['a provider that cannot be installed', { kind: 'Provider', status: { conditions: [condition('Installed', 'False')] } }, 'Degraded'],
  [
    'a definition that is not activated',
    {
      kind: 'ManagedResourceDefinition',
      status: { conditions: [condition('Established', 'False', { reason: 'InactiveManagedResource' })] },
    },
    'Healthy',
  ],
  ['a composition, which has no status', { kind: 'Composition' }, 'Healthy'],
  ['a provider configuration, which has no status', { kind: 'ClusterProviderConfig' }, 'Healthy'],
] as const)
  test(`${name} is ${expected}`, () => assert.is(health(CROSSPLANE_HEALTH, object).status, expected));

test('the reason of a failure is said', () => {
  assert.is(health(CROSSPLANE_HEALTH, managed([condition('Synced', 'False', { message: 'no permission' })])).message, 'no permission');
});

test('an Application is as healthy as Argo CD found it, and unknown ones hold their wave', () => {
  assert.is(health(APPLICATION_HEALTH, { kind: 'Application' }).status, 'Progressing');
  assert.is(health(APPLICATION_HEALTH, { kind: 'Application', status: {} }).status, 'Progressing');
  assert.is(health(APPLICATION_HEALTH, { kind: 'Application', status: { health: { status: 'Healthy' } } }).status, 'Healthy');
  assert.equal(health(APPLICATION_HEALTH, { kind: 'Application', status: { health: { status: 'Degraded', message: 'a pod crashes' } } }), {
    status: 'Degraded',
    message: 'a pod crashes',
  });
});

test.run();
