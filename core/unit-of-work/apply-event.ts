/**
 * One domain event on one record: its reducer runs as a change, and what it changed is remembered as its step.
 *
 * @module
 */
import { invalidArgument } from '../arguments.ts'
import { equal } from '../data/attribute-value.ts'
import { overlap } from '../data/document-path.ts'
import type { Item } from '../data/item.ts'
import { printValue } from '../data/print-value.ts'
import { changesElements, type Update } from '../expression/update.ts'
import type { DomainEvent } from '../model/domain-event.ts'
import { decodePayload, encodePayload } from '../model/event-payload.ts'
import type { Applied } from './applied.ts'
import type { Looks } from './looks.ts'
import { RecordReads } from './read-set.ts'
import { runRecipe } from './recipe.ts'
import type { RecordIdentity } from './record-identity.ts'
import type { RecordState } from './record-state.ts'
import { type RecordVersion, updateBetween } from './record-version.ts'

interface EventContext {
  readonly state: RecordState
  /** Names of the units of work around. */
  readonly path: readonly string[]
  /** The record as it was loaded, if it was. */
  readonly loaded: RecordVersion | undefined
  readonly looks: Looks
}

/** The record's next state, which tells the steps that lead there. */
export function applyEvent({ state, path, loaded, looks }: EventContext, event: DomainEvent<object>): RecordState {
  const { identity } = state
  const { model } = identity
  assertEvent(identity, event)
  const data = encodePayload(model, event.name, event.payload)
  // As replays will give it, and a copy: what a reducer does to it comes back neither to the caller nor to the next attempt.
  const payload = decodePayload(model, event.name, data)
  const { reducer } = model.definition.events.get(event.name)!
  const view = state.view!
  const seen = new RecordReads()
  const next = runRecipe(view, (draft) => reducer(draft, payload as never), noting(looks, seen))
  const changes = updateBetween(identity, view.encoded!, next.encoded!)
  // Blind changes stay apart from the steps, since they merge with anybody's. What the reducer rested on came before it.
  const met = state.settled(
    ({ action }) => seen.disturbedBy(action) !== undefined || changes.some(({ path }) => overlap(path, action.path)),
  )
  const after = next === view ? met : met.changed(next)
  state.lookAtMade(after, looks)
  const before = met.drafted!.encoded!
  const actions = updateBetween(identity, before, after.drafted!.encoded!)
  const steps = [
    // What was changed without an event since, so that the steps stay in their order.
    ...plainStep(identity, path, state.lastTold(loaded), before),
    { name: event.name, data, path, actions },
  ]
  for (const step of steps) guardStep(step.actions, looks)
  return after.telling(steps)
}

/** What leads from one image to the other without an event; nothing where they are the same. */
export function plainStep(
  identity: RecordIdentity,
  path: readonly string[],
  before: Item | undefined,
  after: Item,
): readonly Applied[] {
  if (!before || equal(before, after)) return []
  return [{ name: undefined, data: undefined, path, actions: updateBetween(identity, before, after) }]
}

const noting = (looks: Looks, seen: RecordReads): Looks => ({
  ...looks,
  at(kind, path, element) {
    seen.add({ kind, path, element })
    looks.at(kind, path, element)
  },
})

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

/**
 * Steps may undo each other, so that the commit as a whole changes less than they did. What they replaced is guarded all the
 * same: each step is kept as it was.
 */
function guardStep(actions: Update, looks: Looks): void {
  for (const action of actions) {
    if (action.kind === 'set' || action.kind === 'remove') looks.asked('value', action.path)
    else if (changesElements(action)) {
      for (const element of action.elements) looks.asked('element', action.path, element)
    }
  }
}
