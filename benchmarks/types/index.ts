/**
 * What models cost the TypeScript compiler.
 *
 * @module
 */
import { pathToFileURL } from 'node:url'
import { exactly } from '../spread.ts'
import type { Context, Report, Suite } from '../suite.ts'

interface Counted {
  readonly instantiations: number
  readonly milliseconds: number
}

async function run({ log }: Context): Promise<Report> {
  // Plain JavaScript, since a check of `npm test` uses it too.
  const file = pathToFileURL('benchmarks/types/instantiations.mjs').href
  const { instantiations } = (await import(file)) as { instantiations: (models: number) => Counted }
  const counted = [1, 20, 60].map((models) => {
    log(`a program of ${models} models`)
    return { models, ...instantiations(models) }
  })
  const [first, , last] = counted as [(typeof counted)[0], unknown, (typeof counted)[0]]
  const each = (last.instantiations - first.instantiations) / (last.models - first.models)
  return {
    sections: [
      {
        title: 'a generated program: models, and a unit of work that gets, changes and creates each',
        columns: [
          { name: 'instantiations', better: 'less', digits: 0 },
          { name: 'tsc ms', better: 'less', digits: 0 },
        ],
        rows: counted.map(({ models, ...figures }) => ({
          name: `${models} models`,
          figures: [exactly(figures.instantiations), exactly(figures.milliseconds)],
        })),
      },
    ],
    wanted: [{ what: 'instantiations a model', wanted: '≤ 3,000', got: each.toFixed(0), holds: each <= 3000 }],
  }
}

export default { name: 'types', question: 'what do models cost the TypeScript compiler?', run } satisfies Suite
