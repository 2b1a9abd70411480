/**
 * The list-append workload: units of work read lists and put unique values at their ends, in every way that the API has,
 * nested, at once, and rolled back. The isolation checker judges what they saw.
 *
 * @module
 */
import * as fc from 'fast-check'
import * as t from 'io-ts'
import { defineModel, type Engine, isEngineError, type UnitOfWork } from '../../core/index.ts'
import { checkHistory } from './checker/check-history.ts'
import type { Entry, Operation } from './checker/history.ts'
import { type Finding, Refused, settle, Violation } from './verdict.ts'
import type { World } from './virtual-world.ts'

/** Two lists a record: one as a list, which appends merge into, and one as text, which can only be replaced. */
export const Shelf = defineModel({
  name: 'Shelf',
  table: 'shelves',
  key: { partition: 'id' },
  schema: t.type({ id: t.string, list: t.array(t.number), text: t.string }),
  defaults: { list: [], text: '' },
  // Sealed early, so that blocks and cuts meet commits.
  history: { entries: 2 },
})

const ids = ['a', 'b', 'c'] as const
const fields = ['list', 'text'] as const

interface Place {
  readonly id: (typeof ids)[number]
  readonly field: (typeof fields)[number]
}

type Step =
  | ({ readonly does: 'look' | 'append' | 'assign' | 'blind' } & Place)
  | { readonly does: 'look-many'; readonly field: Place['field'] }
  | { readonly does: 'nest'; readonly steps: readonly Step[]; readonly fails: boolean }
  | { readonly does: 'fork'; readonly branches: readonly (readonly Step[])[] }

interface Unit {
  readonly steps: readonly Step[]
  readonly fails: boolean
  readonly guard: 'reads' | 'writes'
}

/** Units of work of each process, which it does one after the other. */
type ListProgram = readonly (readonly Unit[])[]

const place = { id: fc.constantFrom(...ids), field: fc.constantFrom(...fields) }
const simple: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ does: fc.constant('look' as const), ...place }) },
  { weight: 3, arbitrary: fc.record({ does: fc.constant('append' as const), ...place }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('assign' as const), ...place }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('blind' as const), ...place }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('look-many' as const), field: place.field }) },
)
const few = fc.array(simple, { minLength: 1, maxLength: 3 })
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: simple },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('nest' as const), steps: few, fails: fc.boolean() }) },
  {
    weight: 1,
    arbitrary: fc.record({
      does: fc.constant('fork' as const),
      branches: fc.array(few, { minLength: 2, maxLength: 3 }),
    }),
  },
)
const unit: fc.Arbitrary<Unit> = fc.record({
  steps: fc.array(step, { minLength: 1, maxLength: 4 }),
  fails: fc.integer({ min: 0, max: 7 }).map((n) => n === 7),
  guard: fc.integer({ min: 0, max: 7 }).map((n) => (n === 7 ? 'writes' : 'reads')),
})

export const listPrograms: fc.Arbitrary<ListProgram> = fc.array(fc.array(unit, { minLength: 1, maxLength: 3 }), {
  minLength: 2,
  maxLength: 4,
})

export async function runListAppend(world: World, program: ListProgram): Promise<void> {
  const findings: Finding[] = []
  const done: Done[] = []
  // The third is created by whoever comes first.
  await world.truth.unitOfWork.run((work) => {
    for (const id of ids.slice(0, 2)) work.create(Shelf, { id })
  })
  let units = 0
  const processes = program.map(async (todo, process) => {
    const engine = world.process(process)
    for (const [index, unit] of todo.entries()) {
      const number = ++units
      const attempt = attempts(engine, unit, number)
      const outcome = await settle(engine, attempt.work, findings, { guard: unit.guard })
      done.push({ unit, number, entry: { process, index, ops: attempt.log(), outcome } })
    }
  })
  await world.run(processes)
  const final: Record<string, readonly number[]> = {}
  await world.truth.unitOfWork.run(async (work) => {
    for (const id of ids) {
      const shelf = await work.find(Shelf, { id })
      for (const field of fields) final[`${id}.${field}`] = listOf(shelf, field)
    }
  })
  const history = { entries: done.map((each) => ({ ...each.entry, ops: judged(each, final) })), final }
  const all = [...checkHistory(history), ...findings, ...(await world.histories())]
  if (all.length > 0) throw new Violation(all, history)
}

type ShelfRecord = { readonly list: readonly number[]; readonly text: string }

const listOf = (shelf: ShelfRecord | undefined, field: Place['field']): readonly number[] =>
  field === 'list' ? [...(shelf?.list ?? [])] : (shelf?.text ?? '').split(' ').filter(Boolean).map(Number)

interface Done {
  readonly unit: Unit
  readonly number: number
  /** With everything that the last attempt did. */
  readonly entry: Entry
}

/** Values tell the unit and the step, and are the same at each attempt. */
const firstValue = (number: number): number => number * 100
const isOwn = (value: number, number: number): boolean => Math.floor(value / 100) === number

/**
 * What of a log the guarantees speak of. A unit of work that writes nothing sends nothing at its end, so that of its
 * looks only those at one record belong together; and `guard: 'writes'` leaves looks unguarded.
 */
function judged({ unit, number, entry }: Done, final: Record<string, readonly number[]>): readonly Operation[] {
  const log = unit.steps.some(({ does }) => does === 'fork') ? unordered(entry.ops, number, final) : entry.ops
  if (unit.guard === 'writes') return log.filter(({ f }) => f === 'append')
  if (log.some(({ f }) => f === 'append')) return log
  const record = log[0]?.key.split('.')[0]
  return log.filter(({ key }) => key.split('.')[0] === record)
}

/** Siblings that run at once may append in any order, so the order among them is taken from the end. */
function unordered(ops: readonly Operation[], number: number, final: Record<string, readonly number[]>) {
  const appends = ops.flatMap((op) => (op.f === 'append' ? [op] : []))
  const place = ({ key, value }: (typeof appends)[number]) => final[key]?.indexOf(value) ?? -1
  const reads = ops.flatMap((op) =>
    op.f === 'read' ? [{ ...op, list: op.list.filter((value) => !isOwn(value, number)) }] : [],
  )
  return [...reads, ...appends.toSorted((a, b) => place(a) - place(b))]
}

/** The domain function of a unit, and what its last attempt did. */
function attempts(engine: Engine, unit: Unit, number: number) {
  let last: Operation[] = []
  async function perform(work: UnitOfWork, steps: readonly Step[], log: Operation[], next: () => number) {
    for (const step of steps) await take(work, step, log, next)
  }

  async function take(work: UnitOfWork, step: Step, log: Operation[], next: () => number): Promise<void> {
    switch (step.does) {
      case 'look': {
        const shelf = await work.find(Shelf, { id: step.id })
        log.push({ f: 'read', key: `${step.id}.${step.field}`, list: listOf(shelf, step.field) })
        return
      }
      case 'look-many': {
        const shelves = await work.getMany(
          Shelf,
          ids.map((id) => ({ id })),
        )
        for (const [i, shelf] of shelves.entries())
          log.push({ f: 'read', key: `${ids[i]}.${step.field}`, list: listOf(shelf, step.field) })
        return
      }
      case 'nest':
        return child(work.run, step.steps, log, next, step.fails)
      case 'fork': {
        const all = step.branches.map((steps) => child(engine.unitOfWork.run, steps, log, next, false))
        for (const settled of await Promise.allSettled(all)) if (settled.status === 'rejected') throw settled.reason
        return
      }
      default:
        return write(work, step, log, next())
    }
  }

  async function write(work: UnitOfWork, step: Step & Place, log: Operation[], value: number): Promise<void> {
    const { id, field } = step
    const key = `${id}.${field}`
    if (step.does === 'blind' && field === 'list') {
      // Fails where the record is not there, which is as good an ending as any.
      work.blind(Shelf, { id }, (blind) => blind.append('list', value))
      log.push({ f: 'append', key, value })
      return
    }
    const shelf = await work.find(Shelf, { id })
    const before = step.does === 'assign' ? await work.peek(Shelf, { id }) : undefined
    if (!shelf) work.create(Shelf, field === 'list' ? { id, list: [value] } : { id, text: ` ${value}` })
    else if (field === 'list') work.change(shelf, (draft) => void draft.list.push(value))
    else if (before) {
      // Assigned without a look that is guarded: what is replaced is guarded all the same.
      work.change(shelf, (draft) => {
        draft.text = `${before.text} ${value}`
      })
    } else {
      log.push({ f: 'read', key, list: listOf(shelf, field) })
      work.change(shelf, (draft) => {
        draft.text += ` ${value}`
      })
    }
    log.push({ f: 'append', key, value })
  }

  /** A nested unit of work. Of one that was rolled back what it saw of others stays. */
  async function child(
    run: UnitOfWork['run'],
    steps: readonly Step[],
    log: Operation[],
    next: () => number,
    fails: boolean,
  ): Promise<void> {
    const own: Operation[] = []
    try {
      await run(async (work) => {
        await perform(work, steps, own, next)
        if (fails) throw new Refused()
      })
      log.push(...own)
    } catch (thrown) {
      if (!(thrown instanceof Refused || isEngineError(thrown, 'CONFLICT'))) throw thrown
      const seen = own.filter((op) => op.f === 'read')
      log.unshift(...seen.map((op) => ({ ...op, list: op.list.filter((value) => !isOwn(value, number)) })))
    }
  }

  return {
    log: () => last,
    async work(work: UnitOfWork) {
      const log: Operation[] = []
      last = log
      let values = firstValue(number)
      await perform(work, unit.steps, log, () => ++values)
      if (unit.fails) throw new Refused()
    },
  }
}
