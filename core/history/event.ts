/**
 * Events as callers see them: what happened to a record, one after the other. A commit is one event, or one for each domain
 * event that it applied and one for what it changed besides.
 *
 * @module
 */
import type { AttributeMap, AttributeValue } from '../data/attribute-value.ts'
import { equal } from '../data/attribute-value.ts'
import { type DocumentPath, printPath, valueAt } from '../data/document-path.ts'
import type { Item } from '../data/item.ts'
import { changedPaths } from '../expression/diff.ts'
import { type Change, redo, undo } from '../journal/change.ts'
import { commitTime } from '../journal/commit-id.ts'
import type { RecordReference, Step } from '../journal/entry.ts'
import { decodePayload } from '../model/event-payload.ts'
import { deepFreeze } from '../model/freeze.ts'
import type { AnyModel, EventsOf, KeyOf } from '../model/model.ts'
import { attempt, type Image, image } from './image.ts'
import { isOfRecord } from './of-record.ts'
import type { Version } from './versions.ts'

/** One place of a record, in stored form: dates are texts. `undefined` is absence. */
export interface ValueChange {
  /** Printed document path; the attribute's name for what is not inside of one. */
  readonly path: string
  readonly old: AttributeValue | undefined
  readonly new: AttributeValue | undefined
}

interface EventBase<M extends AnyModel> {
  /** The model's name. */
  readonly model: string
  readonly key: KeyOf<M>
  readonly kind: 'created' | 'changed' | 'deleted'
  /** How many commits had changed the record after this one. Counted from 1 in each generation. */
  readonly version: number
  /** The commit that began this life of the record: one that was deleted and created again has two. */
  readonly generation: string
  readonly commitId: string
  /** When the commit was made, by the clock of who made it. */
  readonly at: Date
  /** Names of the units of work, from the outermost in. */
  readonly path: readonly string[]
  /** The metadata of engine and call; undefined where there was none. */
  readonly by: AttributeMap | undefined
  /** By path. Empty where the values were erased, as is `data` then. */
  readonly changes: readonly ValueChange[]
  readonly erased: boolean
  /** Other records of the same commit: its first record knows all, the others know that one. */
  readonly others: readonly RecordReference[]
}

/** Its `name` tells a domain event of the model, whose payload is `data`; both are undefined for plain changes. */
export type HistoryEvent<M extends AnyModel> = EventBase<M> &
  (
    | { readonly name: undefined; readonly data: undefined }
    | {
        readonly [Name in keyof EventsOf<M> & string]: { readonly name: Name; readonly data: EventsOf<M>[Name] }
      }[keyof EventsOf<M> & string]
  )

/** Enough of an event to find its commit by. */
export type EventReference = Pick<EventBase<AnyModel>, 'model' | 'key' | 'commitId'>

/** What one version brought, in its order. */
export function eventsOf<M extends AnyModel>(model: M, key: KeyOf<M>, version: Version): readonly HistoryEvent<M>[] {
  const { entry, before, after } = version
  const event = (kind: EventBase<M>['kind'], step: Step | undefined, from: Image, to: Image): HistoryEvent<M> =>
    Object.freeze({
      model: model.name,
      key,
      kind,
      version: version.version,
      generation: version.generation,
      commitId: version.commit,
      at: new Date(commitTime(version.commit)),
      path: step?.path ?? entry.path,
      by: entry.metadata,
      name: step?.name,
      data:
        step?.name === undefined || entry.erased ? undefined : deepFreeze(decodePayload(model, step.name, step.data)),
      changes: entry.erased ? [] : valueChanges(model, from, to, step?.changes),
      erased: entry.erased,
      others: entry.others,
    }) as HistoryEvent<M>

  const { steps } = entry
  const images = imagesOfSteps(version)
  const changed = steps.map((step, i) => event('changed', step, images[i]!, images[i + 1]!))
  if (entry.kind === 'created') return [event('created', undefined, before, images[0]!), ...changed]
  if (entry.kind === 'deleted') return [...changed, event('deleted', undefined, images.at(-1)!, after)]
  return changed.length === 0 ? [event('changed', undefined, before, after)] : changed
}

/** Before the first step, and after each. */
function imagesOfSteps({ entry: { kind, steps }, before, after }: Version): readonly Image[] {
  const through = (start: Image, list: readonly Step[], next: (changes: readonly Change[], item: Item) => Item) => {
    const images = [start]
    for (const { changes } of list) {
      const last = images.at(-1)!
      images.push(last.known && last.item ? attempt(() => next(changes, last.item!)) : last)
    }
    return images
  }
  return kind === 'created' ? through(after, steps.toReversed(), undo).reverse() : through(before, steps, redo)
}

/** What differs between two images, or what the changes say by themselves where an image is unknown. */
function valueChanges(
  model: AnyModel,
  from: Image,
  to: Image,
  changes: readonly Change[] | undefined,
): readonly ValueChange[] {
  if (from.known && to.known) {
    const [old, now] = [from.item ?? {}, to.item ?? {}]
    const paths = changes ? changes.map(({ path }) => path) : inOrder(changedPaths(old, now, isBothThere(from, to)))
    return paths
      .filter((path) => isOfRecord(model, path))
      .flatMap((path) => changeAt(path, valueAt(old, path), valueAt(now, path)))
  }
  return (changes ?? []).flatMap((change) =>
    change.kind === 'set' && isOfRecord(model, change.path) ? changeAt(change.path, change.old, change.value) : [],
  )
}

/** A record that comes or goes does so with whole attributes. */
const isBothThere = (from: Image, to: Image) => () =>
  from.known && to.known && from.item !== undefined && to.item !== undefined

/** The same whichever way the images were had. */
const inOrder = (paths: readonly DocumentPath[]): readonly DocumentPath[] =>
  paths.toSorted((a, b) => (printPath(a) < printPath(b) ? -1 : 1))

const changeAt = (
  path: DocumentPath,
  old: AttributeValue | undefined,
  now: AttributeValue | undefined,
): readonly ValueChange[] => (equal(old, now) ? [] : [{ path: printPath(path), old, new: now }])

/** What differs between two states of a record, by path. */
export const differences = (model: AnyModel, old: Item | undefined, now: Item | undefined): readonly ValueChange[] =>
  valueChanges(model, image(old), image(now), undefined)
