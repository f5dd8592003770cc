import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Plugin } from 'vite';

/** Modules that the sales pages consist of, beside the entry: from the choice of a form to the submitted order. */
const isSalesModule = (id: string) =>
  /\/src\/(features\/application\/|layout\/ServicePages\.vue)/.test(id.replaceAll('\\', '/'));
const hashOf = (content: string | Uint8Array) => createHash('sha256').update(content).digest('hex');
const place = '<meta name="sales-pages" content="" />';

/**
 * Gives the sales pages a version: the hash of the names and contents of all scripts and styles that they load at once, texts
 * included, as they lie on disk. It is written into the page, so that a page says what it runs also after a newer one was
 * released, and with the list of files beside it for the server.
 */
export function salesPages(): Plugin {
  let folder = '';
  return {
    name: 'sales-pages',
    apply: 'build',
    configResolved: ({ root, build }) => {
      folder = resolve(root, build.outDir);
    },
    async writeBundle(_options, bundle) {
      const names = new Set<string>();
      const take = (name: string): void => {
        const chunk = bundle[name];
        if (names.has(name) || chunk?.type !== 'chunk') return;
        names.add(name);
        for (const style of chunk.viteMetadata?.importedCss ?? []) names.add(style);
        for (const other of chunk.imports) take(other);
      };
      for (const [name, chunk] of Object.entries(bundle)) {
        if (chunk.type !== 'chunk') continue;
        if (chunk.facadeModuleId?.endsWith('/index.html') || chunk.moduleIds.some(isSalesModule)) take(name);
      }
      const files: [string, string][] = [];
      for (const name of [...names].sort()) files.push([name, hashOf(await readFile(resolve(folder, name)))]);
      const version = hashOf(JSON.stringify(files));
      await writeFile(resolve(folder, 'sales-pages.json'), JSON.stringify({ version, files }, null, 1));

      const page = await readFile(resolve(folder, 'index.html'), 'utf8');
      if (!page.includes(place)) throw new Error(`index.html has to hold ${place}`);
      await writeFile(
        resolve(folder, 'index.html'),
        page.replace(place, place.replace('""', `"${version}"`)),
      );
    },
  };
}

/** While developing, nothing is built: the page says the version that the server knows. */
export function salesPagesOfServer(apiOrigin: string): Plugin {
  return {
    name: 'sales-pages-of-server',
    apply: 'serve',
    async transformIndexHtml(html) {
      const response = await fetch(`${apiOrigin}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: '{ platform { salesPageVersion } }' }),
      });
      const { data } = (await response.json()) as { data: { platform: { salesPageVersion: string } } };
      return html.replace(place, place.replace('""', `"${data.platform.salesPageVersion}"`));
    },
  };
}
