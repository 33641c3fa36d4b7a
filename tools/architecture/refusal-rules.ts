import type { ESTree, VisitorObject } from 'vite';
import { below, type Offence, offenceAt, type Rule, type Source, visit } from './source.ts';

/** The only files that read the machine's clock and random source: one for the server, one where that is out of reach. */
const systemFiles: readonly string[] = ['src/engine/system.ts', 'src/client/system.ts'];

const clockMembers: readonly string[] = [
  'Date.now',
  'performance.now',
  'performance.timeOrigin',
  'process.hrtime',
];
const randomMembers: readonly string[] = ['Math.random', 'crypto.randomUUID', 'crypto.getRandomValues'];
const randomNames: readonly string[] = [
  'randomBytes',
  'randomUUID',
  'randomUUIDv7',
  'randomInt',
  'randomFill',
  'randomFillSync',
  'getRandomValues',
];

const suppression = /@ts-(ignore|expect-error|nocheck)|biome-ignore|eslint-disable|prettier-ignore/;
const reminder = /\b(TODO|FIXME|XXX|HACK)\b/;

/** The clock is read in one file; the pages may read it for display. */
export const readsClockInOnePlace: Rule = (sources) =>
  outsideSystem(sources).flatMap((source) => [
    ...mentions(source, clockMembers, 'reads the clock'),
    ...datesOfNow(source),
  ]);

/** Randomness is drawn in one file. */
export const drawsRandomnessInOnePlace: Rule = (sources) =>
  outsideSystem(sources).flatMap((source) => [
    ...mentions(source, randomMembers, 'draws randomness'),
    ...namedImports(source, 'crypto', randomNames, 'draws randomness'),
  ]);

/** The environment is read in the server's configuration alone. */
export const readsEnvironmentInServer: Rule = (sources) =>
  below('src', sources)
    .filter(({ path }) => !path.startsWith('src/server/'))
    .flatMap((source) => [
      ...mentions(source, ['process.env'], 'reads the environment'),
      ...namedImports(source, 'process', ['env'], 'reads the environment'),
    ]);

/** `any` is written nowhere. */
export const writesNoAny: Rule = refuseNodes((refuse) => ({
  TSAnyKeyword: (node) => refuse(node, 'writes any'),
}));

/** `!` silences the compiler nowhere. */
export const assertsNothingPresent: Rule = refuseNodes((refuse) => ({
  TSNonNullExpression: (node) => refuse(node, 'asserts with !'),
}));

/** Nothing is exported as default or wholesale. */
export const exportsByName: Rule = refuseNodes((refuse) => ({
  ExportDefaultDeclaration: (node) => refuse(node, 'exports a default'),
  ExportAllDeclaration: (node) => refuse(node, 'exports everything of a file'),
}));

/** No comment silences a tool. */
export const suppressesNothing: Rule = refuseComments(suppression, 'silences a tool');

/** No comment puts work off. */
export const putsNothingOff: Rule = refuseComments(reminder, 'puts work off');

type Refuse = (node: ESTree.Span, message: string) => void;

function refuseNodes(visitor: (refuse: Refuse) => VisitorObject): Rule {
  return (sources) =>
    sources.flatMap((source) => {
      const found: Offence[] = [];
      visit(
        source,
        visitor((node, message) => found.push(offenceAt(source, node.start, message))),
      );
      return found;
    });
}

function refuseComments(pattern: RegExp, message: string): Rule {
  return (sources) =>
    sources.flatMap((source) =>
      source.comments
        .filter(({ value }) => pattern.test(value))
        .map(({ start }) => offenceAt(source, start, message)),
    );
}

function outsideSystem(sources: readonly Source[]): readonly Source[] {
  return below('src', sources).filter(
    ({ path }) => !systemFiles.includes(path) && !path.startsWith('src/ui/'),
  );
}

function mentions(source: Source, members: readonly string[], what: string): readonly Offence[] {
  const found: Offence[] = [];
  visit(source, {
    MemberExpression: (node) => {
      const name = memberName(node);
      const member = members.find((each) => name === each || name.endsWith(`.${each}`));
      if (member !== undefined) found.push(offenceAt(source, node.start, `${what} with ${member}`));
    },
  });
  return found;
}

/** `Date.now` for the expression `globalThis.Date.now` too; computed parts appear as `?`. */
function memberName(node: ESTree.Expression | ESTree.Super): string {
  if (node.type === 'Identifier') return node.name;
  if (node.type !== 'MemberExpression') return '?';
  const property =
    node.property.type === 'Identifier' && !node.computed ? node.property.name : literalOf(node.property);
  return `${memberName(node.object)}.${property}`;
}

function literalOf(node: ESTree.Node): string {
  return node.type === 'Literal' ? String(node.value) : '?';
}

function datesOfNow(source: Source): readonly Offence[] {
  const found: Offence[] = [];
  const check = (node: ESTree.NewExpression | ESTree.CallExpression, isNow: boolean): void => {
    if (node.callee.type !== 'Identifier' || node.callee.name !== 'Date' || !isNow) return;
    found.push(offenceAt(source, node.start, 'reads the clock with Date'));
  };
  visit(source, {
    NewExpression: (node) => check(node, node.arguments.length === 0),
    CallExpression: (node) => check(node, true),
  });
  return found;
}

/** Names of a module of the runtime, imported by name or reached through its default or namespace. */
function namedImports(
  source: Source,
  module: string,
  names: readonly string[],
  what: string,
): readonly Offence[] {
  const found: Offence[] = [];
  visit(source, {
    ImportDeclaration: (node) => {
      if (node.source.value !== `node:${module}`) return;
      for (const specifier of node.specifiers) {
        const imported = specifier.type === 'ImportSpecifier' ? importedName(specifier) : '*';
        if (imported === '*') found.push(offenceAt(source, node.start, `imports all of node:${module}`));
        else if (names.includes(imported))
          found.push(offenceAt(source, node.start, `${what} with ${imported}`));
      }
    },
  });
  return found;
}

function importedName(specifier: ESTree.ImportSpecifier): string {
  return specifier.imported.type === 'Identifier' ? specifier.imported.name : specifier.imported.value;
}
