/**
 * A stored item that is no record of its model: whoever looks at it gets the error that says why, and `work.repair` gets
 * the item.
 *
 * @module
 */
import type { Item } from '../data/item.ts'
import type { EngineError } from '../errors.ts'
import { engineAttributes } from '../model/definition.ts'
import type { RecordIdentity } from './record-identity.ts'
import { RecordVersion } from './record-version.ts'

export class UnreadableVersion extends RecordVersion {
  readonly error: EngineError
  readonly #own: Item

  constructor(identity: RecordIdentity, error: EngineError, stored: Item) {
    super(identity, undefined)
    this.error = error
    this.#own = ownAttributes(identity, stored)
  }

  override get value(): never {
    throw this.error
  }

  override get encoded(): Item {
    return this.#own
  }

  /** Nobody was given anything to change. */
  override assertUntouched(): void {}
}

/** The attributes that are the model's, not those of the engine or of other programs. */
function ownAttributes({ model }: RecordIdentity, stored: Item): Item {
  const { fields, hidden, keyNames } = model.definition
  const isOwn = (name: string): boolean =>
    (fields.has(name) || hidden.has(name) || keyNames.includes(name)) && !engineAttributes.includes(name)
  return Object.freeze(Object.fromEntries(Object.entries(stored).filter(([name]) => isOwn(name))))
}
