import { ConfigurationError, type Diagnostic } from '../../environments/diagnostic.ts';
import { prepareEnvironment, type RenderRequest } from '../render-environment.ts';
import { CollisionError } from '../tree.ts';
import { fileSystemRefusal, WriteRefusal } from '../write/refusal.ts';
import type { Workspace } from '../write/workspace.ts';
import type { Prepared } from '../write/write.ts';

/** How preparing one environment ended, as data that crosses threads. */
export type Answer =
  | { readonly prepared: Prepared }
  | { readonly diagnostics: readonly Diagnostic[] }
  | { readonly refusal: string; readonly hint: string }
  | { readonly collision: string };

/** Prepares one environment and turns what goes wrong into data. */
export function attempt(workspace: Workspace, request: RenderRequest): Answer {
  try {
    return { prepared: prepareEnvironment(workspace, request) };
  } catch (error) {
    if (error instanceof ConfigurationError) return { diagnostics: error.diagnostics };
    if (error instanceof CollisionError) return { collision: error.message };
    const refusal = error instanceof WriteRefusal ? error : fileSystemRefusal(error, workspace.out);
    if (refusal) return { refusal: refusal.message, hint: refusal.hint };
    throw error;
  }
}
