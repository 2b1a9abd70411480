// How much work generated models make for TypeScript: instantiations for a program of n models, as the compiler counts them.
import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'

const folder = 'dist-types'

const modelOf = (n) => `
export const Model${n} = defineModel({
  name: 'Model${n}',
  table: 'table${n % 3}',
  key: ${n % 2 ? `{ partition: 'id', sort: 'at' }` : `{ partition: { attribute: 'pk', template: 'M${n}#\${id}' }, sort: 'at' }`},
  schema: t.intersection([
    t.type({ id: t.string, at: date, n${n}: t.number, tags: setOf(t.string), home: t.type({ city: t.string, zip: t.number }) }),
    t.partial({ note: t.string, orders: t.array(t.type({ sku: t.string, count: t.number })) }),
  ]),
  defaults: { n${n}: 1, tags: () => new Set<string>() },
})

export const use${n} = () =>
  unitOfWork.run('use ${n}', async (work) => {
    const found = await work.get(Model${n}, { id: 'a', at: new Date(0) })
    work.change(found, (draft) => {
      draft.n${n} += found.home.zip
      draft.tags.add(found.note ?? 'none')
    })
    work.create(Model${n}, { id: 'b', at: new Date(0), home: { city: 'Oslo', zip: 1 } })
  })
`

/** Of one program with that many models; the library itself is in it too. */
export function instantiations(models) {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder)
  const numbers = Array.from({ length: models }, (_, i) => i + 1)
  writeFileSync(
    `${folder}/program.ts`,
    [
      `import * as t from 'io-ts'`,
      `import { createEngine, date, defineModel, setOf } from '../core/index.ts'`,
      `import { memoryStore } from '../adapters/memory/index.ts'`,
      `const { unitOfWork } = createEngine({ store: memoryStore(), models: [] })`,
      ...numbers.map(modelOf),
    ].join('\n'),
  )
  writeFileSync(`${folder}/tsconfig.json`, JSON.stringify({ extends: '../tsconfig.json', include: ['*.ts'] }))
  const begin = performance.now()
  const text = execFileSync('node_modules/.bin/tsc', ['-p', folder, '--extendedDiagnostics', '--pretty', 'false'], {
    encoding: 'utf8',
  })
  const milliseconds = performance.now() - begin
  rmSync(folder, { recursive: true, force: true })
  return { instantiations: Number(/^Instantiations:\s+(\d+)/m.exec(text)[1]), milliseconds }
}
