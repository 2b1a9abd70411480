/**
 * One domain event on one record: its reducer runs as a change, and what it changed is remembered as its step.
 *
 * @module
 */
import { invalidArgument } from '../arguments.ts'
import { equal } from '../data/attribute-value.ts'
import type { Item } from '../data/item.ts'
import { printValue } from '../data/print-value.ts'
import { apply } from '../expression/apply.ts'
import type { Update } from '../expression/update.ts'
import type { DomainEvent } from '../model/domain-event.ts'
import { decodePayload, encodePayload } from '../model/event-payload.ts'
import type { Applied } from './applied.ts'
import type { Looks } from './looks.ts'
import { runRecipe } from './recipe.ts'
import { printRecord, type RecordIdentity } from './record-identity.ts'
import type { RecordState } from './record-state.ts'
import { updateBetween } from './record-version.ts'

interface EventContext {
  readonly state: RecordState
  /** Names of the units of work around. */
  readonly path: readonly string[]
  /** Events that were applied to the record before. */
  readonly earlier: readonly Applied[]
  /** The record as it was loaded, encoded; undefined for one created here. */
  readonly base: Item | undefined
  readonly looks: Looks
}

/** The record's next state, and the steps that lead there. */
export function applyEvent(
  { state, path, earlier, base, looks }: EventContext,
  event: DomainEvent<object>,
): { readonly state: RecordState; readonly applied: readonly Applied[] } {
  const { identity } = state
  const { model } = identity
  assertEvent(identity, event)
  if (state.blind.length > 0) {
    // They would be told twice: as what came before the event, and as what they are.
    throw invalidArgument(
      'event',
      `${printRecord(identity)}: apply events before blind changes of the same record, or change it with work.change. Nothing was changed.`,
    )
  }
  const data = encodePayload(model, event.name, event.payload)
  // As replays will give it, and a copy: what a reducer does to it comes back neither to the caller nor to the next attempt.
  const payload = decodePayload(model, event.name, data)
  const { reducer } = model.definition.events.get(event.name)!
  const view = state.view!
  const before = view.encoded!
  const next = runRecipe(view, (draft) => reducer(draft, payload as never), looks)
  const actions = updateBetween(identity, before, next.encoded!)
  guardSteps(actions, looks)
  const start = lastImage(earlier) ?? base
  const plain = start && !equal(start, before) ? updateBetween(identity, start, before) : []
  return {
    state: next === view ? state : state.changed(next),
    applied: [
      // What was changed without an event since, so that the steps stay in their order.
      ...(plain.length > 0 ? [{ name: undefined, data: undefined, path, actions: plain, before: start! }] : []),
      { name: event.name, data, path, actions, before },
    ],
  }
}

function assertEvent({ model }: RecordIdentity, event: unknown): asserts event is DomainEvent<object> {
  const given = event as Partial<DomainEvent<object>> | undefined
  const isOwn = given?.model === model.name && typeof given.name === 'string' && model.definition.events.has(given.name)
  if (isOwn) return
  const known = [...model.definition.events.keys()].join(', ')
  const expected = known === '' ? `${model.name} has no events` : `${model.name}.events has ${known}`
  const isNamed = typeof given?.name === 'string' && typeof given.model === 'string'
  const got = isNamed ? `${given.model}.events.${given.name}` : printValue(event)
  throw invalidArgument('event', `Expected an event of ${model.name}, got ${got}; ${expected}.`)
}

const lastImage = (earlier: readonly Applied[]): Item | undefined => {
  const last = earlier.at(-1)
  return last && apply(last.actions, last.before)
}

/**
 * Steps may undo each other, so that the commit as a whole changes less than they did. What they replaced is guarded all the
 * same: each step is kept as it was.
 */
function guardSteps(actions: Update, looks: Looks): void {
  for (const action of actions) {
    if (action.kind === 'set' || action.kind === 'remove') looks.at('value', action.path)
    else if (action.kind === 'add-to-set' || action.kind === 'remove-from-set') {
      for (const element of action.elements) looks.at('element', action.path, element)
    }
  }
}
