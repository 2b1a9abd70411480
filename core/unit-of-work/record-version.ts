/**
 * One immutable state of one record: as it was loaded, or as a change made it.
 *
 * @module
 */
import { equal } from '../data/attribute-value.ts'
import { printPath } from '../data/document-path.ts'
import type { Item } from '../data/item.ts'
import { changedPaths, diff } from '../expression/diff.ts'
import type { Update } from '../expression/update.ts'
import { encodeRecord } from '../model/record.ts'
import { isBranchPath } from '../model/shape.ts'
import { mutableParts } from './mutable-parts.ts'
import { invalidChange } from './record-errors.ts'
import type { RecordIdentity } from './record-identity.ts'

/** The update that makes `after` of `before`, both a record's encoded forms, in an item that is stored otherwise, perhaps. */
export const updateBetween = ({ model }: RecordIdentity, before: Item, after: Item, stored = before): Update =>
  diff({ stored, before, after }, isBranchPath(model.shape))

export class RecordVersion {
  readonly identity: RecordIdentity
  readonly #value: object | undefined
  #encoded: Item | undefined
  /** As they were when it was encoded. */
  #parts: ReturnType<typeof mutableParts>
  /**
   * What the value encoded to then, where that alone tells whether it is the same. Not always `#encoded`: of a new record
   * that is what it was made of, and a codec may decode a value where there was none.
   */
  #witness: Item | undefined

  constructor(identity: RecordIdentity, value: object | undefined, encoded?: Item) {
    this.identity = identity
    this.#value = value
    if (encoded) this.#keep(encoded, value && (() => encodeRecord(identity.model, value)))
  }

  /** The decoded record; undefined where there is none. */
  get value(): object | undefined {
    return this.#value
  }

  /** The record in stored form. Encoded once: later mutation of a Date inside cannot change it. */
  get encoded(): Item | undefined {
    if (this.#value && !this.#encoded) {
      const encoded = encodeRecord(this.identity.model, this.#value)
      this.#keep(encoded, () => encoded)
    }
    return this.#encoded
  }

  #keep(encoded: Item, witness: (() => Item) | undefined): void {
    this.#encoded = encoded
    this.#parts = this.#value && mutableParts(this.#value)
    if (!this.#parts) this.#witness = witness?.()
  }

  /**
   * Throws where the value is no longer what was encoded: somebody changed a Date or a binary in place, which no draft
   * can see, and the change would be lost.
   */
  assertUntouched(): void {
    if (!this.value || !this.#encoded || this.#parts?.every((isUnchanged) => isUnchanged())) return
    const before = this.#witness ?? this.#encoded
    const now = encodeRecord(this.identity.model, this.value)
    if (equal(now, before)) return
    // What encodes otherwise each time, as with a random salt, tells nothing.
    const unsteady = new Set(changedPaths(now, encodeRecord(this.identity.model, this.value)).map(printPath))
    const paths = changedPaths(before, now).filter((path) => !unsteady.has(printPath(path)))
    if (paths.length === 0) return
    throw invalidChange(
      this.identity,
      ` was changed in place at ${paths.map(printPath).join(', ')}, which cannot be tracked. ` +
        'Assign a new Date, Uint8Array or object in a work.change recipe instead; nothing was written.',
      paths.map((path) => ({ path, expected: 'a new value, assigned', actual: 'a value changed in place' })),
    )
  }
}
