/**
 * What a unit of work has looked at, by record and document path.
 *
 * Each look, and each condition that was required of a record, becomes a condition of the commit, so the set only grows:
 * what was seen may have steered the function, also when a nested unit of work that saw it was rolled back.
 *
 * @module
 */
import { isMap, type ScalarValue, scalarKey, setHas, typeOf } from '../data/attribute-value.ts'
import { type DocumentPath, overlap, pathKey, startsWith, valueAt } from '../data/document-path.ts'
import type { Item } from '../data/item.ts'
import { type Condition, pathsIn } from '../expression/condition.ts'
import { changesElements, type UpdateAction } from '../expression/update.ts'

type LookKind =
  /** At the value; the empty path is the whole record. */
  | 'value'
  /** At whether there is anything, not at what it is. */
  | 'presence'
  /** At whether there is anything, and of which type it is. */
  | 'type'
  /** At which names a map has. */
  | 'names'
  /** At whether a set has the element. */
  | 'element'

export interface Look {
  readonly kind: LookKind
  readonly path: DocumentPath
  readonly element?: ScalarValue | undefined
  /** Of what a change asks, not of what the function saw: it holds also where looks are not guarded. */
  readonly isAsked?: boolean | undefined
}

export class RecordReads {
  readonly #looks = new Map<string, Look>()
  /** Conditions on the stored item, asked for as such: they hold also where looks are not guarded. */
  readonly required = new Set<Condition>()

  add(look: Look): void {
    const element = look.element === undefined ? '' : scalarKey(look.element)
    const key = `${look.kind} ${pathKey(look.path)}${element}`
    if (!this.#looks.get(key)?.isAsked) this.#looks.set(key, look)
  }

  get looks(): readonly Look[] {
    return [...this.#looks.values()]
  }

  /** What is guarded where looks are not; undefined where that is nothing. */
  get withoutLooks(): RecordReads | undefined {
    const asked = this.looks.filter(({ isAsked }) => isAsked)
    if (this.required.size === 0 && asked.length === 0) return undefined
    const conditions = new RecordReads()
    for (const look of asked) conditions.add(look)
    for (const condition of this.required) conditions.required.add(condition)
    return conditions
  }

  include(other: RecordReads): void {
    for (const look of other.looks) this.add(look)
    for (const condition of other.required) this.required.add(condition)
  }

  /** A look at a value or an element, or a condition, that the action would have answered differently. */
  disturbedBy(action: UpdateAction): DocumentPath | undefined {
    const look = this.looks.find(
      ({ kind, path, element }) =>
        (kind === 'value' && overlap(path, action.path)) || (element !== undefined && touches(action, path, element)),
    )
    return look?.path ?? [...this.required].flatMap(pathsIn).find((path) => overlap(path, action.path))
  }

  /** A look at what is there, not at its value, that the two items answer differently. */
  toldApart(one: Item | undefined, other: Item | undefined): DocumentPath | undefined {
    return this.looks.find((look) => answer(look, one) !== answer(look, other))?.path
  }
}

/** The same text for the same answer; undefined for looks that changes are compared with. */
function answer({ kind, path }: Look, item: Item | undefined): string | undefined {
  const value = valueAt(item, path)
  switch (kind) {
    case 'presence':
      return value === undefined ? 'absent' : 'present'
    case 'type':
      return value === undefined ? 'absent' : typeOf(value)
    case 'names':
      return isMap(value) ? JSON.stringify(Object.keys(value).sort()) : 'none'
    default:
      return undefined
  }
}

function touches(action: UpdateAction, path: DocumentPath, element: ScalarValue): boolean {
  if (!startsWith(path, action.path)) return false
  if (!changesElements(action)) return true
  return setHas(action.elements, element)
}

/** The looks of one unit of work at all its records, by address. */
export class ReadSet {
  readonly #records = new Map<string, RecordReads>()
  readonly #required = new Set<string>()

  of(address: string): RecordReads {
    const known = this.#records.get(address)
    if (known) return known
    const reads = new RecordReads()
    this.#records.set(address, reads)
    return reads
  }

  /** Undefined where not even the record's existence was asked for. */
  find(address: string): RecordReads | undefined {
    return this.#records.get(address)
  }

  /** Of what the stored record satisfies, so that it must satisfy it at the commit. */
  require(address: string, condition: Condition): void {
    this.of(address).required.add(condition)
    this.#required.add(address)
  }

  /** Of all that was looked at; or only of what conditions were required of. */
  addresses(which: 'looked-at' | 'required'): Iterable<string> {
    return which === 'required' ? this.#required : this.#records.keys()
  }

  include(other: ReadSet): void {
    for (const [address, reads] of other.#records) this.of(address).include(reads)
    for (const address of other.#required) this.#required.add(address)
  }
}
