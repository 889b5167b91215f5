/** Set by the bundler: the digest of everything the bundle was made from. */
declare const TANDEM_BUILD: string | undefined;
/** Set by the bundler: the version in package.json. */
declare const TANDEM_VERSION: string | undefined;

/** Changes with every change to Tandem; undefined when run from source, where nothing can vouch for it. */
export const BUILD: string | undefined = typeof TANDEM_BUILD === 'string' ? TANDEM_BUILD : undefined;

export const VERSION: string = typeof TANDEM_VERSION === 'string' ? TANDEM_VERSION : '0.1.0';
