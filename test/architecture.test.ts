import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import {
  hasNoCycles,
  importTable,
  keepsImportTable,
  keepsPackagesHome,
  knowsEveryPart,
} from '../tools/architecture/import-rules.ts';
import * as refusals from '../tools/architecture/refusal-rules.ts';
import * as shape from '../tools/architecture/shape-rules.ts';
import { parseSource, type Rule, readSources } from '../tools/architecture/source.ts';

const root = dirname(import.meta.dirname);
const sources = readSources(root, ['src', 'test', 'tools', 'bench', 'examples']);

/** A rule, and files given as text that break it; each key names a path, each value what stands in it. */
type Case = {
  readonly sentence: string;
  readonly rule: Rule;
  readonly planted: Readonly<Record<string, string>>;
  /** The offences the planted files must bring, by their place. */
  readonly places: readonly string[];
};

const lines = (count: number): string => '\n'.repeat(count - 1);

const cases: readonly Case[] = [
  {
    sentence: 'keeps the import table',
    rule: keepsImportTable,
    planted: {
      'src/engine/token.ts': "import { open } from '../store/open.ts';",
      'src/engine/session.ts': "\nexport type A = import('../http/wire.ts').Session;",
      'src/client/client.ts':
        "import { a } from '../http/wire.ts';\nimport type { B } from '../http/handler.ts';",
      'src/adapters/node.ts': "import { a } from '../engine/token.ts';",
      'src/server/main.ts': "import { a } from '../../tools/a.ts';\nexport { b } from '../cli/b.ts';",
      'src/store/open.ts': "const a = await import('../devices/a.ts');",
      'src/http/wire.ts': "import { a } from './a.ts';\nimport { b } from '../engine/token.ts';",
    },
    places: [
      'src/engine/token.ts:1',
      'src/engine/session.ts:2',
      'src/client/client.ts:1',
      'src/client/client.ts:2',
      'src/adapters/node.ts:1',
      'src/server/main.ts:1',
      'src/server/main.ts:2',
      'src/store/open.ts:1',
    ],
  },
  {
    sentence: 'keeps drivers, frameworks and the runtime in the parts they are for',
    rule: keepsPackagesHome,
    planted: {
      'src/http/a.ts':
        "import { DatabaseSync } from 'node:sqlite';\nimport { createServer } from 'node:http';",
      'src/engine/a.ts': "import { readFile } from 'node:fs/promises';\nimport { hash } from 'node:crypto';",
      'src/ui/a.ts': "import { html } from 'lit';\nimport { hash } from 'node:crypto';",
      'src/store/a.ts': "import { Kysely } from 'kysely';",
    },
    places: ['src/http/a.ts:1', 'src/http/a.ts:2', 'src/engine/a.ts:1', 'src/ui/a.ts:2'],
  },
  {
    sentence: 'knows every part of src',
    rule: knowsEveryPart,
    planted: { 'src/things/a.ts': '', 'src/other.ts': '', 'src/engine/a.ts': '', 'src/errors.ts': '' },
    places: ['src/things/a.ts:1', 'src/other.ts:1'],
  },
  {
    sentence: 'has no import cycles',
    rule: hasNoCycles,
    planted: {
      'src/engine/a.ts': "import { b } from './b.ts';",
      'src/engine/b.ts': "import type { C } from './c.ts';",
      'src/engine/c.ts': "export { a } from './a.ts';",
    },
    places: ['src/engine/a.ts:1'],
  },
  {
    sentence: 'keeps files to 400 lines, catalogues excepted',
    rule: shape.keepsFilesShort,
    planted: {
      'src/engine/long.ts': `${lines(401)}const a = 1;`,
      'src/engine/short.ts': `${lines(400)}const a = 1;\n`,
      'src/errors.ts': `${lines(900)}const a = 1;`,
    },
    places: ['src/engine/long.ts:1'],
  },
  {
    sentence: 'keeps functions to 60 lines',
    rule: shape.keepsFunctionsShort,
    planted: {
      'src/engine/a.ts': `\nfunction long() {${lines(61)}}\nfunction short() {${lines(60)}}`,
      'src/engine/b.ts': `class A { long() {${lines(61)}} }`,
      'src/engine/c.ts': `const a = () => {${lines(61)}};`,
      'test/a.test.ts': `describe('a', () => {${lines(200)}});\nit('b', () => {${lines(61)}});`,
    },
    places: ['src/engine/a.ts:2', 'src/engine/b.ts:1', 'src/engine/c.ts:1', 'test/a.test.ts:201'],
  },
  {
    sentence: 'names files and folders in kebab-case',
    rule: shape.namesInKebabCase,
    planted: { 'src/engine/sessionToken.ts': '', 'src/Engine/a.ts': '', 'src/engine/a-b.test.ts': '' },
    places: ['src/engine/sessionToken.ts:1', 'src/Engine/a.ts:1'],
  },
  {
    sentence: 'names files and folders for what they hold',
    rule: shape.namesSaySomething,
    planted: { 'src/http/utils/a.ts': '', 'src/http/helpers.ts': '', 'src/http/common-errors.ts': '' },
    places: ['src/http/utils/a.ts:1', 'src/http/helpers.ts:1'],
  },
  {
    sentence: 'documents every exported function',
    rule: shape.documentsFunctions,
    planted: {
      'src/engine/a.ts':
        'export function a() {}\n// why\nexport const b = () => 1;\n/** c */\nexport function c() {}',
      'src/engine/b.ts': 'function a() {}\nconst b = 1;\nexport { a, b };\nfunction own() {}',
      'src/engine/c.ts':
        '/** c */\nexport function c(a: 1): 1;\nexport function c(a: 2): 2;\nexport function c() {}',
    },
    places: ['src/engine/a.ts:1', 'src/engine/a.ts:3', 'src/engine/b.ts:1'],
  },
  {
    sentence: 'keeps the door to re-exports by name',
    rule: shape.keepsDoorThin,
    planted: { 'src/index.ts': "export { a } from './engine/a.ts';\nexport const b = 1;" },
    places: ['src/index.ts:2'],
  },
  {
    sentence: 'reads the clock in engine/system.ts alone',
    rule: refusals.readsClockInOnePlace,
    planted: {
      'src/http/a.ts':
        'Date.now();\nnew Date();\nDate();\nglobalThis.performance.now();\nconst at = new Date(5);',
      'src/store/a.ts': "process.hrtime.bigint();\nDate['now']();\nconst clock = Date.now;",
      'src/engine/system.ts': 'Date.now();',
      'src/ui/a.ts': 'Date.now();',
    },
    places: [
      'src/http/a.ts:1',
      'src/http/a.ts:4',
      'src/http/a.ts:2',
      'src/http/a.ts:3',
      'src/store/a.ts:1',
      'src/store/a.ts:2',
      'src/store/a.ts:3',
    ],
  },
  {
    sentence: 'draws randomness in engine/system.ts alone',
    rule: refusals.drawsRandomnessInOnePlace,
    planted: {
      'src/http/a.ts': 'Math.random();\nglobalThis.crypto.getRandomValues(a);\ncrypto.randomUUID();',
      'src/accounts/a.ts':
        "import { hash, randomBytes } from 'node:crypto';\nimport * as crypto from 'node:crypto';",
      'src/accounts/b.ts': "import { createHmac, timingSafeEqual } from 'node:crypto';",
    },
    places: [
      'src/http/a.ts:1',
      'src/http/a.ts:2',
      'src/http/a.ts:3',
      'src/accounts/a.ts:1',
      'src/accounts/a.ts:2',
    ],
  },
  {
    sentence: 'reads the environment in server/ alone',
    rule: refusals.readsEnvironmentInServer,
    planted: {
      'src/store/a.ts': "process.env['HOME'];\nimport { env } from 'node:process';",
      'src/server/a.ts': 'process.env;',
    },
    places: ['src/store/a.ts:1', 'src/store/a.ts:2'],
  },
  {
    sentence: 'writes any nowhere',
    rule: refusals.writesNoAny,
    planted: { 'test/a.ts': "const any = 'any';\nconst b = a as any;\ntype C = Record<string, any>;" },
    places: ['test/a.ts:2', 'test/a.ts:3'],
  },
  {
    sentence: 'asserts nothing present with an exclamation mark',
    rule: refusals.assertsNothingPresent,
    planted: { 'test/a.ts': 'const a = !b;\nconst c = d!.e;' },
    places: ['test/a.ts:2'],
  },
  {
    sentence: 'exports by name',
    rule: refusals.exportsByName,
    planted: {
      'src/engine/a.ts': "export default 1;\nexport * from './b.ts';\nexport * as c from './c.ts';",
    },
    places: ['src/engine/a.ts:1', 'src/engine/a.ts:2', 'src/engine/a.ts:3'],
  },
  {
    sentence: 'silences no tool',
    rule: refusals.suppressesNothing,
    planted: { 'src/engine/a.ts': "// @ts-ignore\n/* biome-ignore lint: x */\nconst a = '// @ts-ignore';" },
    places: ['src/engine/a.ts:1', 'src/engine/a.ts:2'],
  },
  {
    sentence: 'puts nothing off',
    rule: refusals.putsNothingOff,
    planted: { 'src/engine/a.ts': "// TODO later\nconst a = 'TODO';\n/* FIXME */" },
    places: ['src/engine/a.ts:1', 'src/engine/a.ts:3'],
  },
];

describe('the code', () => {
  for (const { sentence, rule } of cases) {
    it(sentence, () => assert.deepEqual(rule(sources), []));
  }

  it('has no folder in src that the import table does not know', () => {
    const folders = readdirSync(join(root, 'src'), { withFileTypes: true }).filter((entry) =>
      entry.isDirectory(),
    );
    assert.deepEqual(
      folders.map(({ name }) => name).filter((name) => importTable[name] === undefined),
      [],
    );
  });
});

describe('the checker', () => {
  for (const { sentence, rule, planted, places } of cases) {
    it(`notices code that breaks "${sentence}"`, () => {
      const files = Object.entries(planted).map(([path, text]) => parseSource(path, text));
      assert.deepEqual(
        rule(files).map((offence) => offence.split(' ')[0]),
        places,
      );
    });
  }

  it('refuses to judge a file that it cannot parse', () => {
    assert.throws(() => parseSource('src/engine/a.ts', 'const = 1;'), /src\/engine\/a.ts does not parse/);
  });
});

describe('the contributing guide', () => {
  it('shows the import table that the checker keeps', () => {
    const guide = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8');
    const section = guide.split('\n## ').find((text) => text.startsWith('Which part may import which')) ?? '';
    const rows = [...section.matchAll(/^\| (\w+) \| ([\w, ]+) \|$/gm)].slice(1);
    const shown = rows.map(([, part, parts]) => [part, parts === 'nothing' ? [] : parts?.split(', ')]);
    assert.deepEqual(Object.fromEntries(shown), importTable);
  });
});
