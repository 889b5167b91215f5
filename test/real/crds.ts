import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { part } from './parts.ts';

type Schema = { [key: string]: unknown };

interface IndexEntry {
  group: string;
  version: string;
  kind: string;
  plural: string;
  scope: 'Namespaced' | 'Cluster';
  schema: string;
}

/** Custom resource definitions for some kinds, with the CEL rules of their schemas; those of NACK as they are. */
export function definitionsFor(kinds: ReadonlySet<string>): object[] {
  const folder = part('schemas');
  const index = JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8')) as IndexEntry[];
  const custom = index
    .filter((entry) => kinds.has(`${entry.group}/${entry.version} ${entry.kind}`))
    .map((entry) => definition(entry, JSON.parse(readFileSync(join(folder, entry.schema), 'utf8'))));
  const nack = parseAllDocuments(readFileSync(part('nack-crds'), 'utf8')).flatMap((document) =>
    document.contents ? [document.toJS() as object] : [],
  );
  return [...custom, ...nack];
}

/** What Crossplane makes of the definition of a composite resource: its schema, with Crossplane's own part of the spec. */
export function definitionOfComposite(definition: {
  spec: {
    group: string;
    scope: string;
    names: { kind: string; plural: string };
    versions: { name: string; schema: { openAPIV3Schema: { properties: { status: object } } } }[];
  };
}): object {
  const { group, scope, names, versions } = definition.spec;
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${names.plural}.${group}` },
    spec: {
      group,
      scope,
      names: { ...names, singular: names.kind.toLowerCase(), listKind: `${names.kind}List` },
      versions: versions.map(({ name, schema }) => ({
        name,
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: {
                type: 'object',
                properties: {
                  crossplane: {
                    type: 'object',
                    properties: {
                      compositionRef: { type: 'object', required: ['name'], properties: { name: { type: 'string' } } },
                      compositionUpdatePolicy: { type: 'string', enum: ['Automatic', 'Manual'] },
                    },
                  },
                },
              },
              status: schema.openAPIV3Schema.properties.status,
            },
          },
        },
      })),
    },
  };
}

function definition({ group, version, kind, plural, scope }: IndexEntry, schema: Schema): object {
  const properties = schema.properties as Record<string, Schema>;
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    // Groups of the community are protected unless their approval is named.
    metadata: {
      name: `${plural}.${group}`,
      annotations: { 'api-approved.kubernetes.io': 'https://github.com/kubernetes/enhancements/pull/1111' },
    },
    spec: {
      group,
      scope,
      names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` },
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          schema: {
            openAPIV3Schema: {
              ...(structural(schema) as Schema),
              properties: {
                ...Object.fromEntries(Object.entries(properties).map(([name, child]) => [name, structural(child)])),
                apiVersion: { type: 'string' },
                kind: { type: 'string' },
                metadata: { type: 'object' },
              },
            },
          },
        },
      ],
    },
  };
}

/** Undoes what made the schema strict for validators that know no pruning, and says the rest as Kubernetes does. */
function structural(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(structural);
  if (schema === null || typeof schema !== 'object') return schema;
  const { type, additionalProperties, properties, ...rest } = schema as Schema;
  const out: Schema = {};
  for (const [key, value] of Object.entries(rest)) {
    if (['items', 'not'].includes(key)) out[key] = structural(value);
    else if (['allOf', 'anyOf', 'oneOf'].includes(key)) out[key] = (value as unknown[]).map(structural);
    else if (!key.startsWith('$') && key !== 'x-go-pattern') out[key] = value;
  }
  if (properties)
    out.properties = Object.fromEntries(Object.entries(properties as Schema).map(([name, child]) => [name, structural(child)]));
  if (additionalProperties !== undefined && additionalProperties !== false) out.additionalProperties = structural(additionalProperties);
  const types = (Array.isArray(type) ? type : [type]).filter((one) => one !== undefined && one !== 'null');
  if (Array.isArray(type) && type.includes('null')) out.nullable = true;
  if (types.length === 1) out.type = types[0];
  if (isIntOrString(out.anyOf)) out['x-kubernetes-int-or-string'] = true;
  else if (Object.keys(out).length === 0) out['x-kubernetes-preserve-unknown-fields'] = true;
  return out;
}

function isIntOrString(anyOf: unknown): boolean {
  const types = Array.isArray(anyOf) ? anyOf.map((one: Schema) => one.type) : [];
  return types.length === 2 && types.includes('integer') && types.includes('string');
}
