import type { TSchema } from '@sinclair/typebox';
import type { Cloud } from '../platform.ts';
import { awsSchema } from './aws.ts';
import { gcpSchema } from './gcp.ts';
import { sharedSchema } from './shared.ts';

/** The schema of each file kind; where its keys stand in the platform follows from the kind. */
export const SCHEMAS = { shared: sharedSchema, aws: awsSchema, gcp: gcpSchema } as const satisfies Record<'shared' | Cloud, TSchema>;

export type FileKind = keyof typeof SCHEMAS;
