// `import.meta.url` for a bundle in CommonJS.
export const __importMetaUrl = require('node:url').pathToFileURL(__filename).href;
