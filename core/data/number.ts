/**
 * Numbers as DynamoDB has them: decimals of up to 38 significant digits, compared and added exactly.
 *
 * A stored number is a `number` where a double holds it exactly (integers only up to 2^53 − 1), a `bigint` for larger
 * integers, and a `Decimal` for what neither can hold. Nothing is rounded on the way in or out.
 *
 * @module
 */
import { printValue } from './print-value.ts'

/** A decimal that neither `number` nor `bigint` can hold, as its digits. Met only in items written by other programs. */
export class Decimal {
  readonly text: string
  constructor(text: string) {
    this.text = text
    Object.freeze(this)
  }
  /** Its digits, all of them. */
  toString(): string {
    return this.text
  }
}

/** A number of up to 38 digits, held by the narrowest of the three that holds it exactly. */
export type StoredNumber = number | bigint | Decimal

/** value = digits × 10^exponent, with no trailing zero in digits; zero is 0 × 10^0. */
interface Exact {
  readonly digits: bigint
  readonly exponent: number
}

const MAX_DIGITS = 38
/** No number takes more, though 38 digits that begin in the middle of a pair would, with a sign. */
const MAX_BYTES = 21
const pattern = /^([+-]?)(?=\.?\d)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/

/** Of as many digits as every double holds. */
const shortInteger = /^(?:0|-?[1-9]\d{0,14})$/

const isDecimalText = (text: string): boolean => pattern.test(text)

/** The same as text: value = ±digits × 10^exponent, without zeros at either end of the digits; zero has none. */
interface Digits {
  readonly sign: string
  readonly digits: string
  readonly exponent: number
}

function parseDigits(text: string): Digits {
  const match = pattern.exec(text)
  if (!match) throw new TypeError(`Expected a decimal number, got ${printValue(text)}`)
  const [, sign = '', whole = '', fraction = '', power = '0'] = match
  const all = (whole + fraction).replace(/^0+/, '')
  // Looking behind keeps it from trying anew at each zero of a long row of them.
  const digits = all.replace(/(?<!0)0+$/, '')
  return { sign, digits, exponent: Number(power) - fraction.length + (all.length - digits.length) }
}

function exactOf({ sign, digits, exponent }: Digits): Exact {
  if (digits === '') return { digits: 0n, exponent: 0 }
  return { digits: sign === '-' ? -BigInt(digits) : BigInt(digits), exponent }
}

const parseExact = (text: string): Exact => exactOf(parseDigits(text))

/** Why DynamoDB could not hold it, told without working it out, which takes for ever for some short texts. */
function digitsProblem({ digits, exponent }: Digits): string | undefined {
  if (digits.length > MAX_DIGITS) return 'a number of at most 38 significant digits'
  const magnitude = exponent + digits.length - 1
  if (digits !== '' && (magnitude > 125 || magnitude < -130)) return 'a number between 1e-130 and 9.9e125'
  return undefined
}

const exact = (value: StoredNumber): Exact =>
  typeof value === 'number' && Number.isSafeInteger(value) ? exactInteger(value) : parseExact(numberText(value))

/** The common case, without text in between. */
function exactInteger(value: number): Exact {
  if (value === 0) return { digits: 0n, exponent: 0 }
  let digits = value
  let exponent = 0
  for (; digits % 10 === 0; exponent++) digits /= 10
  return { digits: BigInt(digits), exponent }
}

function print({ digits, exponent }: Exact): string {
  if (exponent >= 0 && exponent <= MAX_DIGITS) return String(digits * 10n ** BigInt(exponent))
  return exponent === 0 ? String(digits) : `${digits}e${exponent}`
}

function fromExact(value: Exact): StoredNumber {
  const text = print(value)
  const double = Number(text)
  if (Number.isInteger(double) ? Number.isSafeInteger(double) : Number.isFinite(double)) {
    const back = parseExact(String(double))
    if (back.digits === value.digits && back.exponent === value.exponent) return double
  }
  return value.exponent >= 0
    ? BigInt(text.includes('e') ? value.digits * 10n ** BigInt(value.exponent) : text)
    : new Decimal(text)
}

/**
 * The number that a wire text means, in the narrowest form that holds it exactly.
 *
 * @throws TypeError for what is no decimal number, or none that a store could hold
 */
export function parseNumber(text: string): StoredNumber {
  const double = Number(text)
  if (shortInteger.test(text)) return double
  // The common case of fractions, without exact arithmetic: the text is what a double prints.
  if (String(double) === text && (Number.isInteger(double) ? Number.isSafeInteger(double) : Number.isFinite(double))) {
    return double
  }
  const parsed = parseDigits(text)
  const problem = digitsProblem(parsed)
  if (problem !== undefined) throw new TypeError(`Expected ${problem}, got ${printValue(text)}`)
  return fromExact(exactOf(parsed))
}

/** The same number in the form in which it would come back from a store. */
export const narrowest = (value: StoredNumber): StoredNumber =>
  typeof value === 'number' ? (Object.is(value, -0) ? 0 : value) : parseNumber(numberText(value))

/** The text that travels; what `parseNumber` reads back. */
export const numberText = (value: StoredNumber): string =>
  typeof value === 'number' ? String(Object.is(value, -0) ? 0 : value) : String(value)

/** Why DynamoDB could not hold this number, or undefined if it can. */
export function numberProblem(value: StoredNumber): string | undefined {
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) return 'a finite number'
    if (Number.isInteger(value) && !Number.isSafeInteger(value)) return 'a safe integer (use bigint for larger ones)'
    // A double never has more than 17 digits; the common magnitudes need no exact arithmetic.
    const magnitude = Math.abs(value)
    if (magnitude === 0 || (magnitude > 1e-120 && magnitude < 1e120)) return undefined
  }
  if (value instanceof Decimal && !isDecimalText(value.text)) return 'a decimal number'
  return digitsProblem(parseDigits(numberText(value)))
}

export function compareNumbers(a: StoredNumber, b: StoredNumber): number {
  if (!(a instanceof Decimal) && !(b instanceof Decimal)) return a < b ? -1 : a > b ? 1 : 0
  const left = exact(a)
  const right = exact(b)
  const exponent = Math.min(left.exponent, right.exponent)
  const l = left.digits * 10n ** BigInt(left.exponent - exponent)
  const r = right.digits * 10n ** BigInt(right.exponent - exponent)
  return l < r ? -1 : l > r ? 1 : 0
}

/** Exact sum. The caller checks `numberProblem` of the result, as DynamoDB refuses a sum of more than 38 digits. */
export function addNumbers(a: StoredNumber, b: StoredNumber): StoredNumber {
  const left = exact(a)
  const right = exact(b)
  const exponent = Math.min(left.exponent, right.exponent)
  const sum =
    left.digits * 10n ** BigInt(left.exponent - exponent) + right.digits * 10n ** BigInt(right.exponent - exponent)
  return fromExact(parseExact(`${sum}e${exponent}`))
}

export function negate(value: StoredNumber): StoredNumber {
  const text = numberText(value)
  return parseNumber(text.startsWith('-') ? text.slice(1) : `-${text}`)
}

/** The same text for equal numbers, whatever type holds them. */
export const numberKey = (value: StoredNumber): string => {
  const { digits, exponent } = exact(value)
  return `${digits}e${exponent}`
}

/** Units of UTF-16. */
const [POINT, ZERO, NINE] = [0x2e, 0x30, 0x39]

/** Bytes as DynamoDB counts them: one for every two significant digits, and one. */
export function numberSize(value: StoredNumber): number {
  const text = numberText(value)
  const end = text.search(/e/i)
  const mantissa = end < 0 ? text : text.slice(0, end)
  let exponent = end < 0 ? 0 : Number(text.slice(end + 1))
  let digits = 0
  let zeros = 0
  let isFraction = false
  for (let i = 0; i < mantissa.length; i++) {
    const unit = mantissa.charCodeAt(i)
    if (unit === POINT) isFraction = true
    if (unit < ZERO || unit > NINE) continue
    if (isFraction) exponent--
    // Zeros count where another digit is on either side of them.
    if (unit === ZERO) zeros += digits > 0 ? 1 : 0
    else {
      digits += zeros + 1
      zeros = 0
    }
  }
  if (digits === 0) return 1
  // Digits are stored in pairs aligned to the decimal point, so an odd exponent costs one more half pair.
  const pairs = Math.ceil((digits + (Math.abs(exponent + zeros) % 2)) / 2)
  return Math.min(MAX_BYTES, pairs + 1 + (text.startsWith('-') ? 1 : 0))
}
