/**
 * What a query says of a key, turned into the request's bounds.
 *
 * @module
 */
import { invalidArgument } from '../arguments.ts'
import { compare, isScalar, type ScalarValue, typeOf } from '../data/attribute-value.ts'
import { printValue } from '../data/print-value.ts'
import type { EngineError } from '../errors.ts'
import { all, beginsWith, between, type Condition, compareTo, equals } from '../expression/condition.ts'
import { encodeField, type KeyPart, makeKey } from '../model/key-part.ts'
import { renderTemplate } from '../model/key-template.ts'
import type { AnyModel } from '../model/model.ts'
import { boundsProblem } from '../store/check-request.ts'
import type { QueryRequest } from '../store/store.ts'

type Given = Readonly<Record<string, unknown>>

export type KeyCondition = Pick<QueryRequest, 'partition' | 'sort'>

/** Throws INVALID_ARGUMENT for what is no key of these parts. */
export function keyCondition(model: AnyModel, [first, second]: readonly KeyPart[], key: unknown): KeyCondition {
  const partition = first!
  const names = [...Object.keys(partition.fields), ...(second ? Object.keys(second.fields) : [])]
  if (typeof key !== 'object' || key === null) throw unfit(model, 'key', `an object of ${names.join(', ')}`, key)
  const given = key as Given
  const extra = Object.keys(given).find((name) => !names.includes(name))
  if (extra !== undefined) throw unfit(model, `key.${extra}`, `no field but ${names.join(', ')}`, given[extra])
  const { key: made, issues } = makeKey([partition], model.definition.fields, given)
  const [issue] = issues
  if (issue) throw unfit(model, `key.${String(issue.path[0] ?? '')}`, issue.expected, issue.actual)
  const value = made[partition.attribute]!
  const sort = second && (second.template ? templateBound(model, second, given) : fieldBound(model, second, given))
  const problem = sort && boundsProblem({ name: second.attribute, type: second.type }, sort)
  if (problem) throw invalidArgument('key', `Query of ${model.name}: ${problem}.`)
  return { partition: { attribute: partition.attribute, value }, ...(sort && { sort }) }
}

type Sort = NonNullable<QueryRequest['sort']>

const operators = { less: '<', atMost: '<=', greater: '>', atLeast: '>=' } as const

function fieldBound(model: AnyModel, part: KeyPart, given: Given): Sort | undefined {
  const [field = part.attribute] = Object.keys(part.fields)
  const bound = givenAt(given, field)
  if (bound === undefined) return undefined
  const { attribute } = part
  const encode = (value: unknown): ScalarValue => {
    const encoded = encodeField(model.definition.fields, field, value)
    const stored = encoded.issues.length === 0 ? encoded.value : undefined
    if (isScalar(stored) && typeOf(stored) === part.type) return stored
    const expected = encoded.issues[0]?.expected ?? 'a value of the sort field'
    throw unfit(model, `key.${field}`, `${expected}, or one of { ${names.join(', ')} } with such`, value)
  }
  const operator = operatorOf(bound)
  if (operator === undefined) return { attribute, operator: '=', value: encode(bound) }
  const [name, operand] = operator
  if (name === 'between') {
    if (!Array.isArray(operand) || operand.length !== 2)
      throw unfit(model, `key.${field}.between`, '[low, high]', operand)
    const [low, high] = [encode(operand[0]), encode(operand[1])]
    if ((compare(low, high) ?? 0) > 0)
      throw unfit(model, `key.${field}.between`, '[low, high] with low before high', operand)
    return { attribute, operator: 'between', low, high }
  }
  if (name === 'beginsWith')
    return { attribute, operator: 'begins-with', prefix: prefixOf(model, part, field, operand) }
  return { attribute, operator: operators[name], value: encode(operand) }
}

function prefixOf(model: AnyModel, part: KeyPart, field: string, prefix: unknown): string | Uint8Array {
  if (part.type === 'S' && typeof prefix === 'string' && prefix !== '') return prefix
  if (part.type === 'B' && prefix instanceof Uint8Array && prefix.length > 0) return prefix
  throw unfit(model, `key.${field}.beginsWith`, beginnings[part.type], prefix)
}

const beginnings = {
  S: 'a string that is not empty',
  B: 'a Uint8Array that is not empty',
  N: 'left out, since a number has no beginning',
} as const

/** Everything of the template up to the first field that is not given. Without any that is what it begins with. */
function templateBound(model: AnyModel, part: KeyPart, given: Given): Sort | undefined {
  const template = part.template!
  const { attribute } = part
  let text = template.prefix
  let ended = false
  for (const [i, { field, following }] of template.placeholders.entries()) {
    const value = givenAt(given, field)
    if (value === undefined) {
      ended = true
      continue
    }
    if (ended) throw unfit(model, `key.${field}`, `given only after the fields before it in ${template.text}`, value)
    const operator = operatorOf(value)
    if (operator) {
      const [name, prefix] = operator
      if (name !== 'beginsWith' || part.fields[field] !== 'S' || typeof prefix !== 'string') {
        throw unfit(model, `key.${field}`, 'a value, or { beginsWith: text } of a string', prefix)
      }
      if (following !== '' && prefix.includes(following)) {
        throw unfit(model, `key.${field}.beginsWith`, `a string without ${JSON.stringify(following)}`, prefix)
      }
      text += prefix
      ended = true
      continue
    }
    const one = { text: '', prefix: '', placeholders: [template.placeholders[i]!] }
    const encoded = encodeField(model.definition.fields, field, value)
    const stored = encoded.issues.length === 0 ? encoded.value : undefined
    if (stored === undefined || stored === null || typeOf(stored) !== part.fields[field]) {
      throw unfit(model, `key.${field}`, encoded.issues[0]?.expected ?? 'a value of the field', value)
    }
    const rendered = renderTemplate(one, () => stored)
    if ('field' in rendered) throw unfit(model, `key.${field}`, rendered.expected, value)
    text += rendered.text
  }
  if (!ended) return { attribute, operator: '=', value: text }
  return text === '' ? undefined : { attribute, operator: 'begins-with', prefix: text }
}

const givenAt = (given: Given, name: string): unknown => (Object.hasOwn(given, name) ? given[name] : undefined)

const names = ['less', 'atMost', 'greater', 'atLeast', 'between', 'beginsWith'] as const

/** `{ atLeast: 5 }`; anything else, also an object of a class, is a value of the field. */
function operatorOf(bound: unknown): readonly [(typeof names)[number], unknown] | undefined {
  if (typeof bound !== 'object' || bound === null) return undefined
  const [only, ...others] = Object.keys(bound)
  const name = names.find((each) => each === only)
  return name === undefined || others.length > 0 ? undefined : [name, (bound as Given)[name]]
}

/** What holds of the items that the key selects. */
export function withinKey({ partition, sort }: KeyCondition): Condition {
  const same = equals([partition.attribute], partition.value)
  if (!sort) return same
  const path = [sort.attribute]
  switch (sort.operator) {
    case 'between':
      return all([same, between(path, sort.low, sort.high)])
    case 'begins-with':
      return all([same, beginsWith(path, sort.prefix)])
    default:
      return all([same, compareTo(path, sort.operator, sort.value)])
  }
}

function unfit(model: AnyModel, argument: string, expected: string, got: unknown): EngineError {
  return invalidArgument(
    argument,
    `Query of ${model.name}: expected ${argument} to be ${expected}, got ${printValue(got)}.`,
  )
}
