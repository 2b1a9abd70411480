/**
 * What a unit of work has looked at, by record and document path.
 *
 * Three kinds of look: at a value, at whether something is there, at whether a set has an element; and conditions that
 * were required of the record. Each becomes a condition of the commit, so the set only grows: what was seen may have
 * steered the function, also when a nested unit of work that saw it was rolled back.
 *
 * @module
 */
import { type AttributeSet, type ScalarValue, scalarKey, setHas } from '../data/attribute-value.ts'
import { type DocumentPath, overlap, pathKey, startsWith } from '../data/document-path.ts'
import { type Condition, pathsIn } from '../expression/condition.ts'
import type { UpdateAction } from '../expression/update.ts'

interface ElementRead {
  readonly path: DocumentPath
  readonly element: ScalarValue
}

export class RecordReads {
  readonly values = new Map<string, DocumentPath>()
  readonly presence = new Map<string, DocumentPath>()
  readonly elements = new Map<string, ElementRead>()
  /** Conditions on the stored item, asked for as such: they hold also where looks are not guarded. */
  readonly required = new Set<Condition>()

  /** The value at the path; the empty path is the whole record. */
  value(path: DocumentPath): void {
    this.values.set(pathKey(path), path)
  }

  /** Whether there is anything at the path, not what it is. */
  exists(path: DocumentPath): void {
    this.presence.set(pathKey(path), path)
  }

  /** Whether the set at the path has the element. */
  element(path: DocumentPath, element: ScalarValue): void {
    this.elements.set(`${pathKey(path)}${scalarKey(element)}`, { path, element })
  }

  get isEmpty(): boolean {
    return this.values.size + this.presence.size + this.elements.size + this.required.size === 0
  }

  /** What is guarded where looks are not; undefined where that is nothing. */
  get withoutLooks(): RecordReads | undefined {
    if (this.required.size === 0) return undefined
    const conditions = new RecordReads()
    for (const condition of this.required) conditions.required.add(condition)
    return conditions
  }

  include(other: RecordReads): void {
    for (const path of other.values.values()) this.value(path)
    for (const path of other.presence.values()) this.exists(path)
    for (const { path, element } of other.elements.values()) this.element(path, element)
    for (const condition of other.required) this.required.add(condition)
  }

  /** A look at a value or an element, or a condition, that the action would have answered differently. */
  disturbedBy(action: UpdateAction): DocumentPath | undefined {
    for (const path of this.values.values()) if (overlap(path, action.path)) return path
    for (const { path, element } of this.elements.values()) if (touches(action, path, element)) return path
    return [...this.required].flatMap(pathsIn).find((path) => overlap(path, action.path))
  }
}

function touches(action: UpdateAction, path: DocumentPath, element: ScalarValue): boolean {
  if (!startsWith(path, action.path)) return false
  if (action.kind !== 'add-to-set' && action.kind !== 'remove-from-set') return true
  return setHas(action.elements as AttributeSet, element)
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
