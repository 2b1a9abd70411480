/**
 * Entries kept in order, in chunks of bounded size, so that inserting one does not touch all of them.
 *
 * Positions are given as predicates that are false up to some entry and true from there on.
 *
 * @module
 */

const MAX_CHUNK = 512

export class SortedList<Entry extends Place, Place = Entry> {
  // No chunk is ever empty.
  readonly #chunks: Entry[][] = []
  readonly #compare: (a: Place, b: Place) => number

  constructor(compare: (a: Place, b: Place) => number) {
    this.#compare = compare
  }

  /** Puts the entry in its place; takes that of one that compares equal. */
  insert(entry: Entry): void {
    const [chunk, at] = this.#first((each) => this.#compare(each, entry) >= 0)
    // Behind everything: at the end of the last chunk, which makes ascending inserts cheap.
    const target = this.#chunks[chunk] ?? this.#chunks.at(-1)
    if (target === undefined) {
      this.#chunks.push([entry])
      return
    }
    const index = chunk < this.#chunks.length ? at : target.length
    const taken = target[index]
    target.splice(index, taken !== undefined && this.#compare(taken, entry) === 0 ? 1 : 0, entry)
    if (target.length > MAX_CHUNK) {
      const position = Math.min(chunk, this.#chunks.length - 1)
      this.#chunks.splice(position + 1, 0, target.splice(MAX_CHUNK / 2))
    }
  }

  /** Removes the entry that compares equal, if there is one. */
  delete(place: Place): void {
    const [chunk, at] = this.#first((entry) => this.#compare(entry, place) >= 0)
    const target = this.#chunks[chunk]
    if (target === undefined || this.#compare(target[at]!, place) !== 0) return
    target.splice(at, 1)
    if (target.length === 0) this.#chunks.splice(chunk, 1)
  }

  /** Ascending, from the first entry for which `reached` is true. Not to be held across a change of the list. */
  *ascending(reached: (entry: Entry) => boolean): Generator<Entry, undefined> {
    let [chunk, at] = this.#first(reached)
    for (; chunk < this.#chunks.length; chunk++, at = 0) {
      const entries = this.#chunks[chunk]!
      for (; at < entries.length; at++) yield entries[at]!
    }
  }

  /** Descending, from the last entry for which `reached` is false. Not to be held across a change of the list. */
  *descending(reached: (entry: Entry) => boolean): Generator<Entry, undefined> {
    let [chunk, at] = this.#first(reached)
    for (; chunk >= 0; chunk--, at = this.#chunks[chunk]?.length ?? 0) {
      const entries = this.#chunks[chunk] ?? []
      for (let i = at - 1; i >= 0; i--) yield entries[i]!
    }
  }

  /** Chunk and index of the first entry for which `reached` is true; one chunk too far if there is none. */
  #first(reached: (entry: Entry) => boolean): [chunk: number, at: number] {
    const chunk = partition(this.#chunks, (entries) => reached(entries.at(-1)!))
    return [chunk, partition(this.#chunks[chunk] ?? [], reached)]
  }
}

/** How many elements come before the first one for which `reached` is true. */
function partition<Element>(elements: readonly Element[], reached: (element: Element) => boolean): number {
  let low = 0
  let high = elements.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (reached(elements[middle]!)) high = middle
    else low = middle + 1
  }
  return low
}
