import { spawn } from 'node:child_process';
import protobuf from 'protobufjs';
import { end, freePort } from './api-server.ts';
import { part } from './parts.ts';

type Json = { [key: string]: unknown };

/** What `crossplane internal render` reads and writes. Source: crossplane, proto/render/v1alpha1. */
const PROTO = `
syntax = "proto3";
import "google/protobuf/struct.proto";
message RenderRequest { CompositeInput composite = 2; }
message RenderResponse { CompositeOutput composite = 2; }
message FunctionInput { string name = 1; string address = 2; }
message Event { string type = 1; string reason = 2; string message = 3; }
message CompositeInput {
  google.protobuf.Struct composite_resource = 1;
  google.protobuf.Struct composition = 2;
  repeated FunctionInput functions = 3;
  repeated google.protobuf.Struct observed_resources = 4;
  google.protobuf.Struct composite_resource_definition = 8;
}
message CompositeOutput {
  google.protobuf.Struct composite_resource = 1;
  repeated google.protobuf.Struct composed_resources = 2;
  repeated google.protobuf.Struct deleted_resources = 3;
  repeated Event events = 4;
}
`;

const { root } = protobuf.parse(PROTO, { keepCase: true });
root.resolvePath = () => null;
root.addJSON(protobuf.common.get('google/protobuf/struct.proto')?.nested ?? {});
const Request = root.lookupType('RenderRequest');
const Response = root.lookupType('RenderResponse');

/** A value as google.protobuf.Value holds it. */
function toValue(value: unknown): Json {
  if (value === null || value === undefined) return { nullValue: 0 };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'number') return { numberValue: value };
  if (typeof value === 'string') return { stringValue: value };
  if (Array.isArray(value)) return { listValue: { values: value.map(toValue) } };
  return { structValue: toStruct(value as Json) };
}

function toStruct(object: Json): Json {
  return { fields: Object.fromEntries(Object.entries(object).map(([key, value]) => [key, toValue(value)])) };
}

interface Value {
  nullValue?: number;
  boolValue?: boolean;
  numberValue?: number;
  stringValue?: string;
  listValue?: { values?: Value[] };
  structValue?: Struct;
}
interface Struct {
  fields?: Record<string, Value>;
}

function fromValue(value: Value): unknown {
  if (value.structValue) return fromStruct(value.structValue);
  if (value.listValue) return (value.listValue.values ?? []).map(fromValue);
  return value.stringValue ?? value.numberValue ?? value.boolValue ?? null;
}

function fromStruct(struct: Struct): Json {
  return Object.fromEntries(Object.entries(struct.fields ?? {}).map(([key, value]) => [key, fromValue(value)]));
}

export interface Applied extends Json {
  kind: string;
  metadata: { name?: string; annotations?: Record<string, string> };
  spec: { forProvider: Json; initProvider?: Json };
  status?: Json;
}

export interface Outcome {
  /** The composite with its new status and conditions. */
  readonly composite: Applied;
  /** What Crossplane would apply, by its name in the composition. */
  readonly composed: ReadonlyMap<string, Applied>;
  readonly events: readonly string[];
}

export interface Engine {
  render(input: { composite: object; composition: object; definition: object; observed: readonly object[] }): Promise<Outcome>;
  stop(): Promise<void>;
}

const FUNCTIONS = ['function-patch-and-transform', 'function-auto-ready'] as const;

/** Crossplane's own reconciler with the real functions beside it; nothing of the world but what is handed in. */
export async function startEngine(): Promise<Engine> {
  const running = await Promise.all(
    FUNCTIONS.map(async (name) => {
      const address = `127.0.0.1:${await freePort()}`;
      return { name, address, process: spawn(part(name), ['--insecure', '--address', address], { stdio: 'ignore' }) };
    }),
  );
  const functions = running.map(({ name, address }) => ({ name, address }));
  return {
    async render({ composite, composition, definition, observed }) {
      const request = {
        composite: {
          composite_resource: toStruct(composite as Json),
          composition: toStruct(composition as Json),
          composite_resource_definition: toStruct(definition as Json),
          functions,
          observed_resources: observed.map((one) => toStruct(one as Json)),
        },
      };
      const { composite: out } = Response.toObject(
        Response.decode(await runRender(Request.encode(Request.fromObject(request)).finish())),
      ) as { composite: { composite_resource: Struct; composed_resources?: Struct[]; events?: { message: string }[] } };
      const composed = (out.composed_resources ?? []).map((struct) => fromStruct(struct) as Applied);
      return {
        composite: fromStruct(out.composite_resource) as Applied,
        composed: new Map(
          composed
            .map((one) => [one.metadata.annotations?.['crossplane.io/composition-resource-name'] ?? '', one] as const)
            .sort(([a], [b]) => (a < b ? -1 : 1)),
        ),
        events: (out.events ?? []).map((event) => event.message),
      };
    },
    stop: async () => {
      await Promise.all(running.map(({ process }) => end(process)));
    },
  };
}

function runRender(request: Uint8Array): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const child = spawn(part('crossplane'), ['internal', 'render', '--timeout=30s'], { stdio: ['pipe', 'pipe', 'pipe'] });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve(Buffer.concat(out)) : reject(new Error(Buffer.concat(err).toString()))));
    child.stdin.end(request);
  });
}
