/**
 * Large answers to Query and Scan, whose items are parsed when they are asked for: where a page ends is known before, so
 * that the next one can be on its way meanwhile.
 *
 * @module
 */

const BEGIN = '"Items":['
const NEXT = '"LastEvaluatedKey":'

/** Characters before and after the items that are looked at. */
const MARGIN = 4096

/** Characters from which it pays. */
const LARGE = 16 * 1024

/**
 * The answer, with `Items` parsed at the first look; undefined for a string that is not of this form. Throws SyntaxError
 * from `Items`. `parse` is given both, since the key where the page ends has values as items have.
 *
 * The text without its items must be JSON: then what was found as begin and end, and the key between the end and the rest,
 * are the answer's own and not part of somebody's item.
 */
export function pageJson(text: string, parse: (text: string) => object): object | undefined {
  if (text.length < LARGE) return undefined
  const begin = text.slice(0, MARGIN).indexOf(BEGIN)
  const tail = text.length - MARGIN
  const key = text.slice(tail).lastIndexOf(NEXT)
  // Without one it is the last page, and nothing waits for it to be known.
  if (begin < 0 || key < 0) return undefined
  const start = begin + BEGIN.length - 1
  const end = text.lastIndexOf(']', tail + key) + 1
  if (end <= start) return undefined
  let answer: object
  try {
    answer = parse(`${text.slice(0, start)}[]${text.slice(end)}`)
  } catch {
    return undefined
  }
  let items: unknown
  return Object.defineProperty(answer, 'Items', {
    enumerable: true,
    get: () => {
      items ??= parse(text.slice(start, end))
      return items
    },
  })
}
