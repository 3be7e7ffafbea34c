/**
 * The model's version, as links carry it: a link made with another version still opens, and its reader is told that
 * results may differ. It is package.json's version; a test holds the two together, since the model reads no files.
 */
export const MODEL_VERSION = '0.1.0';
