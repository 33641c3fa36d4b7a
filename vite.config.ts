import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { defineConfig, type Plugin } from 'vite';
import { pageStyles } from './src/ui/styles/page.ts';

const pages = resolve(import.meta.dirname, 'src/ui/pages');

/** Runs before anything is painted, so that a chosen appearance does not flash. A file: inline script is refused. */
const appearance = `try{const t=localStorage.getItem('appearance');if(t==='light'||t==='dark')document.documentElement.dataset.theme=t}catch{}`;

/** Gives every page the document's style sheet, made of the same sources as the elements', and the appearance script. */
function documentAssets(): Plugin {
  let references: readonly [string, string];
  return {
    name: 'document-assets',
    enforce: 'post',
    buildStart() {
      references = [
        this.emitFile({ type: 'asset', name: 'page.css', source: pageStyles.cssText }),
        this.emitFile({ type: 'asset', name: 'appearance.js', source: appearance }),
      ];
    },
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        const [style, script] = references.map((reference) => this.getFileName(reference));
        const head = `<link rel="stylesheet" href="/${style}">\n    <script src="/${script}"></script>\n  </head>`;
        for (const file of Object.values(bundle)) {
          if (file.type === 'asset' && file.fileName.endsWith('.html'))
            file.source = String(file.source).replace('</head>', `  ${head}`);
        }
      },
    },
  };
}

export default defineConfig({
  root: pages,
  publicDir: false,
  plugins: [documentAssets()],
  build: {
    outDir: resolve(import.meta.dirname, 'dist/ui'),
    emptyOutDir: true,
    target: 'es2024',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: readdirSync(pages)
        .filter((name) => name.endsWith('.html'))
        .map((name) => resolve(pages, name)),
    },
  },
});
