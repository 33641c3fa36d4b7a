import { posix } from 'node:path';
import type { ESTree } from 'vite';
import { below, lineCount, type Offence, offenceAt, type Rule, type Source, visit } from './source.ts';

const fileLines = 400;
const functionLines = 60;

/** Files that are one list of like things, which splitting would only scatter. */
const catalogues: readonly string[] = [
  'src/errors.ts',
  'src/http/wire.ts',
  'src/ui/strings/en.ts',
  'test/devices/agents.ts',
];

const emptyNames: readonly string[] = [
  'utils',
  'util',
  'helpers',
  'helper',
  'common',
  'misc',
  'shared',
  'lib',
];

/** No file is longer than 400 lines, catalogues excepted. */
export const keepsFilesShort: Rule = (sources) =>
  sources
    .filter((source) => !catalogues.includes(source.path))
    .map((source) => ({ source, lines: lineCount(source.text.trimEnd()) }))
    .filter(({ lines }) => lines > fileLines)
    .map(({ source, lines }) => offenceAt(source, 0, `has ${lines} lines, of at most ${fileLines}`));

/** No function is longer than 60 lines; the list of tests that a `describe` holds is not a function in this sense. */
export const keepsFunctionsShort: Rule = (sources) => sources.flatMap(longFunctions);

/** Files and folders are named in kebab-case. */
export const namesInKebabCase: Rule = (sources) =>
  sources
    .filter(
      ({ path }) => !path.split('/').every((name) => /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+)*$/.test(name)),
    )
    .map((source) => offenceAt(source, 0, 'is not named in kebab-case'));

/** No file or folder has a name that says nothing about what is in it. */
export const namesSaySomething: Rule = (sources) =>
  sources
    .filter(({ path }) => path.split('/').some((name) => emptyNames.includes(posix.parse(name).name)))
    .map((source) => offenceAt(source, 0, 'has a name that says nothing'));

/** Every exported function of `src` has a doc comment right before it. */
export const documentsFunctions: Rule = (sources) => below('src', sources).flatMap(undocumentedFunctions);

/** The library's door re-exports by name and holds nothing else. */
export const keepsDoorThin: Rule = (sources) =>
  sources
    .filter(({ path }) => path === 'src/index.ts')
    .flatMap((source) =>
      source.program.body
        .filter((node) => node.type !== 'ExportNamedDeclaration' || node.source === null)
        .map((node) => offenceAt(source, node.start, 'is something else than a re-export by name')),
    );

type FunctionNode = ESTree.Function | ESTree.ArrowFunctionExpression;

function longFunctions(source: Source): readonly Offence[] {
  const exempt = new Set<number>();
  const found: Offence[] = [];
  const measure = (node: FunctionNode): void => {
    const lines = lineCount(source.text.slice(node.start, node.end));
    if (lines <= functionLines || exempt.has(node.start)) return;
    found.push(offenceAt(source, node.start, `is a function of ${lines} lines, of at most ${functionLines}`));
  };
  visit(source, {
    CallExpression: (node) => {
      if (!isGrouping(node)) return;
      for (const argument of node.arguments) exempt.add(argument.start);
    },
    FunctionDeclaration: measure,
    FunctionExpression: measure,
    ArrowFunctionExpression: measure,
  });
  return found;
}

function isGrouping(node: ESTree.CallExpression): boolean {
  return (
    node.callee.type === 'Identifier' && (node.callee.name === 'describe' || node.callee.name === 'suite')
  );
}

function undocumentedFunctions(source: Source): readonly Offence[] {
  const exportedLater = namesExportedLater(source.program);
  const documented = new Set<string>();
  const found: Offence[] = [];
  for (const statement of source.program.body) {
    const isExported = statement.type === 'ExportNamedDeclaration';
    const declaration = isExported ? statement.declaration : statement;
    for (const name of functionNames(declaration)) {
      if (!isExported && !exportedLater.has(name)) continue;
      // Overloads: the comment on the first one stands for all.
      if (documented.has(name)) continue;
      if (hasDocComment(source, statement.start)) documented.add(name);
      else found.push(offenceAt(source, statement.start, `exports ${name} without a doc comment`));
    }
  }
  return found;
}

function namesExportedLater(program: ESTree.Program): ReadonlySet<string> {
  const names = program.body.flatMap((node) => {
    if (node.type !== 'ExportNamedDeclaration' || node.source !== null) return [];
    return node.specifiers.flatMap(({ local }) => (local.type === 'Identifier' ? [local.name] : []));
  });
  return new Set(names);
}

function functionNames(node: ESTree.Node | null): readonly string[] {
  if (node?.type === 'FunctionDeclaration' || node?.type === 'TSDeclareFunction')
    return node.id ? [node.id.name] : [];
  if (node?.type !== 'VariableDeclaration') return [];
  return node.declarations.flatMap(({ id, init }) => {
    const isFunction = init?.type === 'ArrowFunctionExpression' || init?.type === 'FunctionExpression';
    return isFunction && id.type === 'Identifier' ? [id.name] : [];
  });
}

function hasDocComment(source: Source, offset: number): boolean {
  return source.comments.some(
    ({ type, value, end }) =>
      type === 'Block' &&
      value.startsWith('*') &&
      end <= offset &&
      source.text.slice(end, offset).trim() === '',
  );
}
