import { readdir, readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { RollcallError } from '../errors.ts';

/** One file of the built pages. */
export interface PageFile {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly contentType: string;
}

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml; charset=utf-8',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
};

/** Reads the whole build into memory: what is not in it does not exist. Throws `invalid_setting` when it was never built. */
export async function loadPages(directory: string): Promise<ReadonlyMap<string, PageFile>> {
  const pages = new Map<string, PageFile>();
  for (const path of await filesBelow(directory)) {
    const contentType = contentTypes[extname(path)];
    if (contentType === undefined) continue;
    const name = relative(directory, path).split(sep).join('/');
    pages.set(name, { bytes: new Uint8Array(await readFile(path)), contentType });
  }
  if (!pages.has('sign-in.html'))
    throw new RollcallError('invalid_setting', { detail: 'The pages are not built; run "npm start".' });
  return pages;
}

async function filesBelow(directory: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(directory, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  } catch (error) {
    throw new RollcallError('invalid_setting', {
      detail: 'The pages are not built; run "npm start".',
      cause: error,
    });
  }
}
