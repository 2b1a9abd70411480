import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'

// DefinedKey could not be named: no program that is built with declarations could export a model.
test('models, engines and what they give can be exported by a program that is built with declarations', () => {
  const folder = mkdtempSync(join(tmpdir(), 'draftwork-declarations-'))
  try {
    const { status, stdout } = spawnSync(process.execPath, [
      'node_modules/typescript/bin/tsc',
      ...[
        '--ignoreConfig',
        '--strict',
        '--target',
        'es2022',
        '--lib',
        'es2023',
        '--module',
        'nodenext',
        '--types',
        'node',
      ],
      ...[
        '--allowImportingTsExtensions',
        '--rewriteRelativeImportExtensions',
        '--customConditions',
        'draftwork-source',
      ],
      ...['--skipLibCheck', '--declaration', '--emitDeclarationOnly', '--rootDir', '.', '--outDir', folder],
      'test/types/declarations.ts',
    ])
    assert.is(String(stdout), '')
    assert.is(status, 0)
    const made = readFileSync(join(folder, 'test/types/declarations.d.ts'), 'utf8')
    for (const [, from] of made.matchAll(/import\("([^"]+)"\)/g)) assert.not.match(from!, /core|adapters/)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test.run()
