/** Why a step stopped. What it had done is said; the next run goes on from there. */
export class StepError extends Error {
  constructor(
    /** What kind of stop it is, for programs. */
    readonly code:
      | 'obstacles'
      | 'other-definition'
      | 'busy'
      | 'not-fenced'
      | 'unknown-writer'
      | 'unreplicated'
      | 'stale'
      | 'diverged'
      | 'unguarded'
      | 'configuration'
      | 'unreachable',
    message: string,
    /** What to do next. */
    readonly advice: string,
  ) {
    super(message);
    this.name = 'StepError';
  }
}
