import { type Import, importsOf, partOf, targetOf } from './imports.ts';
import { below, type Offence, offenceAt, type Rule, type Source } from './source.ts';

/** What each part of the house may import of the others. Files of one folder may always import one another. */
export const importTable: Readonly<Record<string, readonly string[]>> = {
  errors: [],
  engine: ['errors'],
  accounts: ['engine', 'errors'],
  devices: ['errors'],
  store: ['engine', 'accounts', 'signals', 'cluster', 'errors'],
  cluster: ['engine', 'errors'],
  signals: ['engine', 'errors'],
  http: ['engine', 'accounts', 'devices', 'signals', 'errors'],
  client: ['http', 'errors'],
  ui: ['client'],
  adapters: ['http', 'engine'],
  server: [
    'errors',
    'engine',
    'accounts',
    'devices',
    'store',
    'cluster',
    'signals',
    'http',
    'client',
    'adapters',
  ],
  cli: ['server', 'client', 'errors'],
  index: [
    'errors',
    'engine',
    'accounts',
    'devices',
    'store',
    'cluster',
    'signals',
    'http',
    'client',
    'adapters',
  ],
};

/** Where the table is narrower than "the folder": which files may be imported, and whether only for their types. */
const narrowings = [
  { importer: 'store', imported: 'cluster', file: 'src/cluster/ports.ts', isTypeOnly: true },
  { importer: 'client', imported: 'http', file: 'src/http/wire.ts', isTypeOnly: true },
  { importer: 'adapters', imported: 'engine', file: undefined, isTypeOnly: true },
] as const;

/** Packages and modules that only some parts may import; `parts` empty means none may. */
const packageHomes: readonly {
  readonly packages: RegExp;
  readonly parts: readonly string[];
  readonly why: string;
}[] = [
  { packages: /^(node:sqlite|kysely|pg)(\/|$)/, parts: ['store'], why: 'SQL stays in store/' },
  { packages: /^(hono|@hono\/.*)(\/|$)/, parts: ['http', 'server', 'adapters'], why: 'HTTP stays in http/' },
  { packages: /^(express|fastify|next)(\/|$)/, parts: ['adapters'], why: 'frameworks stay in adapters/' },
  {
    packages: /^node:(http|https|http2)$/,
    parts: ['server', 'adapters', 'cli'],
    why: 'http/ knows Request and Response alone',
  },
  { packages: /^(lit|@lit\/.*)(\/|$)/, parts: ['ui'], why: 'elements stay in ui/' },
  { packages: /^vite$/, parts: [], why: 'the builder is for development' },
];

/** Parts whose code must run elsewhere or stay pure, and the only packages they may import. */
const packagesAllowed: Readonly<Record<string, RegExp>> = {
  errors: /^(?!)/,
  engine: /^node:(crypto|zlib)$/,
  client: /^(?!)/,
  ui: /^(lit|@lit\/.*|@simplewebauthn\/browser)(\/|$)/,
};

/** Parts import one another only as the table says. */
export const keepsImportTable: Rule = (sources) =>
  below('src', sources)
    .flatMap(importsOf)
    .flatMap((found) => offenceOfImport(found) ?? []);

/** Drivers, frameworks and modules of the runtime stay in the parts that they are for. */
export const keepsPackagesHome: Rule = (sources) =>
  below('src', sources)
    .flatMap(importsOf)
    .flatMap((found) => offenceOfPackage(found) ?? []);

/** Every folder and every file directly in `src` is a part that the table knows. */
export const knowsEveryPart: Rule = (sources) =>
  below('src', sources)
    .filter((source) => importTable[partOf(source.path) ?? ''] === undefined)
    .map((source) => offenceAt(source, 0, 'is in no part that the import table knows'));

/** No file imports itself through others, types included: two files that need each other are one. */
export const hasNoCycles: Rule = (sources) => {
  const graph = importGraph(sources);
  const finished = new Set<string>();
  return [...graph.keys()].flatMap((path) => cyclesFrom(path, graph, [], finished));
};

function offenceOfImport(found: Import): Offence | undefined {
  const importer = partOf(found.source.path);
  const target = targetOf(found);
  if (importer === undefined || target === undefined) return undefined;
  const imported = partOf(target);
  if (imported === importer) return undefined;
  const place = (why: string): Offence => offenceAt(found.source, found.offset, `imports ${target}: ${why}`);
  if (imported === undefined) return place('src/ imports nothing outside itself');
  if (importTable[importer]?.includes(imported) !== true)
    return place(`${importer} may not import ${imported}`);
  return narrowings
    .filter((narrowing) => narrowing.importer === importer && narrowing.imported === imported)
    .filter(
      ({ file, isTypeOnly }) => (file !== undefined && file !== target) || (isTypeOnly && !found.isTypeOnly),
    )
    .map(({ file }) =>
      place(`${importer} may import only types${file === undefined ? '' : ` of ${file}`}`),
    )[0];
}

function offenceOfPackage(found: Import): Offence | undefined {
  const part = partOf(found.source.path);
  const { specifier } = found;
  if (part === undefined || specifier.startsWith('.')) return undefined;
  const place = (why: string): Offence =>
    offenceAt(found.source, found.offset, `imports ${specifier}: ${why}`);
  if (packagesAllowed[part]?.test(specifier) === false) return place(`${part} does without`);
  const home = packageHomes.find(({ packages }) => packages.test(specifier));
  return home === undefined || home.parts.includes(part) ? undefined : place(home.why);
}

function importGraph(sources: readonly Source[]): ReadonlyMap<string, readonly string[]> {
  return new Map(
    sources.map((source) => [source.path, importsOf(source).flatMap((found) => targetOf(found) ?? [])]),
  );
}

function cyclesFrom(
  path: string,
  graph: ReadonlyMap<string, readonly string[]>,
  trail: readonly string[],
  finished: Set<string>,
): readonly Offence[] {
  const start = trail.indexOf(path);
  if (start >= 0) return [`${path}:1 imports itself: ${[...trail.slice(start), path].join(' → ')}`];
  if (finished.has(path)) return [];
  const cycles = (graph.get(path) ?? []).flatMap((next) =>
    cyclesFrom(next, graph, [...trail, path], finished),
  );
  finished.add(path);
  return cycles;
}
