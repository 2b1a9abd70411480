/**
 * A queue in the order of arrival, also for those who come back: they take their old place, at the head.
 *
 * @module
 */

export interface Arrival {
  /** Grows from one arrival to the next; two never have the same. */
  readonly arrival: number
}

const byArrival = (a: Arrival, b: Arrival): number => a.arrival - b.arrival

export class Fifo<Member extends Arrival> {
  readonly #compare: (a: Member, b: Member) => number
  readonly #members: Member[] = []

  /** Another order than that of arrival must tell any two members apart. */
  constructor(compare: (a: Member, b: Member) => number = byArrival) {
    this.#compare = compare
  }

  get head(): Member | undefined {
    return this.#members[0]
  }

  get size(): number {
    return this.#members.length
  }

  add(member: Member): void {
    const last = this.#members.at(-1)
    if (!last || this.#compare(last, member) < 0) this.#members.push(member)
    else this.#members.splice(this.#placeOf(member), 0, member)
  }

  /** Whether it was there. */
  remove(member: Member): boolean {
    const place = this.#members[0] === member ? 0 : this.#placeOf(member)
    if (this.#members[place] !== member) return false
    if (place === 0) this.#members.shift()
    else this.#members.splice(place, 1)
    return true
  }

  #placeOf(member: Member): number {
    let [low, high] = [0, this.#members.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#compare(this.#members[middle]!, member) < 0) low = middle + 1
      else high = middle
    }
    return low
  }
}
