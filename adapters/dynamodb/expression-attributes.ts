/**
 * Hands out the placeholders of one request: all its expressions share one of these, since DynamoDB wants all names and
 * values of a request in one place and refuses those that no expression uses.
 *
 * @module
 */
import type { AttributeValue } from '../../core/data/attribute-value.ts'
import { scalarKey, typeOf } from '../../core/data/attribute-value.ts'
import type { DocumentPath } from '../../core/data/document-path.ts'
import { toWire, type WireMap } from './attribute-values.ts'

/** What a request carries beside its expressions; without the members that would be empty, which DynamoDB refuses. */
interface ExpressionMembers {
  ExpressionAttributeNames?: Record<string, string>
  ExpressionAttributeValues?: WireMap
}

export class ExpressionAttributes {
  readonly #names = new Map<string, string>()
  readonly #values: WireMap = {}
  readonly #scalars = new Map<string, string>()
  #count = 0

  /** The same name has the same token. Every name gets one: there are 573 reserved words, and more to come. */
  name(name: string): string {
    let token = this.#names.get(name)
    if (token === undefined) {
      token = `#${this.#names.size}`
      this.#names.set(name, token)
    }
    return token
  }

  path(path: DocumentPath): string {
    let text = ''
    for (const step of path) {
      if (typeof step === 'number') text += `[${step}]`
      else text += `${text === '' ? '' : '.'}${this.name(step)}`
    }
    return text
  }

  /** Equal scalars share a token; they may be large, and requests have limits. */
  value(value: AttributeValue): string {
    const key = identity(value)
    const known = key === undefined ? undefined : this.#scalars.get(key)
    if (known !== undefined) return known
    const token = `:${this.#count++}`
    this.#values[token] = toWire(value)
    if (key !== undefined) this.#scalars.set(key, token)
    return token
  }

  members(): ExpressionMembers {
    return {
      ...(this.#names.size > 0 && {
        ExpressionAttributeNames: Object.fromEntries([...this.#names].map(([name, token]) => [token, name])),
      }),
      ...(this.#count > 0 && { ExpressionAttributeValues: this.#values }),
    }
  }
}

function identity(value: AttributeValue): string | undefined {
  const type = typeOf(value)
  if (type === 'BOOL' || type === 'NULL') return String(value)
  return type === 'S' || type === 'N' || type === 'B' ? scalarKey(value as string) : undefined
}
