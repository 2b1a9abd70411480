/**
 * Keeps tails short: decides when a record's tail is sealed, beside commits where there is time for it, and sees to it that
 * the next commit of the record cuts what is in a block already. Where none comes soon, the tail is cut by itself.
 *
 * @module
 */
import { addressKey, type Item, type ItemAddress, itemSize } from '../data/item.ts'
import { cutOff, putInBlock, type SealParts, sealable, sealToLast } from './seal.ts'
import { firstVersion, generationOf, isFull, tailBytes, tailLength, withoutFirst } from './tail.ts'
import { type Cut, WaitingCuts } from './waiting-cuts.ts'

/** When a tail is sealed: at so many entries or bytes, whichever comes first. */
interface TailBound {
  readonly entries: number
  readonly bytes: number
}

/** How often a record that is only changed blindly is looked at, while its tail grows to its bound. */
const UNSEEN_LOOKS = 2
const MAX_REMEMBERED = 1000

export class Sealer {
  readonly #parts: SealParts
  readonly #running = new Map<string, Promise<unknown>>()
  readonly #rooms = new Map<string, Promise<Item | undefined>>()
  readonly #waiting: WaitingCuts
  /** The first version that the tail of a record's life was left with, of those cut last. */
  readonly #cuts = new Map<string, number>()

  constructor(parts: SealParts) {
    this.#parts = parts
    this.#waiting = new WaitingCuts(parts.environment)
  }

  /**
   * Looks at an item that a commit was planned on, beside that commit, and seals its tail if it has grown long. What the
   * item has is certain; the entry that the commit adds stays in the tail. An item that the commit never saw is read now
   * and then, or a record that is only changed blindly would carry a long tail through every write.
   */
  visit(address: ItemAddress, known: Item | undefined, bound: TailBound): void {
    const id = addressKey(address)
    if (this.#running.has(id) || this.#waiting.has(id)) return
    // A commit that was planned before the last cut would only find that it has been done.
    if (known && firstVersion(known) < this.#cutOf(address, known)) return
    if (known ? !isLong(known, bound) : this.#parts.environment.random() * bound.entries >= UNSEEN_LOOKS) return
    const running = this.#shorten(address, known, bound)
      .catch(() => {
        // The next commit of this record will try again; no data depends on it.
      })
      .finally(() => this.#running.delete(id))
    this.#running.set(id, running)
  }

  async #shorten(address: ItemAddress, known: Item | undefined, bound: TailBound): Promise<void> {
    const [item] = known ? [known] : await this.#parts.store.read([address], { consistent: true, priority: 'history' })
    if (!item || !isLong(item, bound)) return
    const held = await putInBlock(this.#parts, { address, item }, sealable(item), 'history')
    if (held === undefined) return
    const cutNow = async (): Promise<void> => {
      const isDone = await cutOff(this.#parts, { address, item }, held, 'history')
      if (isDone) this.#remember(address, withoutFirst(item, held))
    }
    // The next commit cuts the tail. Whoever changes a record unseen does not look for what waits.
    if (!known) return cutNow()
    const life = lifeOf(address, item)
    this.#waiting.add({ record: addressKey(address), life, version: firstVersion(item), entries: held }, cutNow)
  }

  /** What a commit that is planned on this item shall cut off its tail. The caller gives it back in any case. */
  take(address: ItemAddress, item: Item): Cut | undefined {
    return this.#waiting.take(addressKey(address), lifeOf(address, item), firstVersion(item))
  }

  giveBack(cut: Cut, isDone: boolean): void {
    if (isDone) this.#rememberCut(cut.life, cut.version + cut.entries)
    this.#waiting.giveBack(cut, isDone)
  }

  /** Whether the tail must be sealed before the next commit, not beside it. */
  needsRoom(item: Item): boolean {
    if (tailLength(item) < 2) return false
    const { itemBytes } = this.#parts.store.limits
    return isFull(item) || tailBytes(item) > itemBytes / 8 || itemSize(item) > (itemBytes * 3) / 4
  }

  /**
   * Seals an item's tail, and waits for it: a commit that met one without room cannot go on before. All who wait for a hot
   * record wait for one sealing, since each of its own would only meet what the others have done. Resolves to the item that
   * was given, without what has left its tail, since its values are what the commit relies on; undefined where others got
   * in the way.
   */
  async makeRoom(address: ItemAddress, item: Item): Promise<Item | undefined> {
    const left = this.#withoutCut(address, item)
    if (!this.needsRoom(left)) return left
    const id = addressKey(address)
    const heard = {
      isEnough: (present: Item) => !this.needsRoom(present),
      told: (present: Item) => this.#remember(address, present),
    }
    const room =
      this.#rooms.get(id) ??
      sealToLast(this.#parts, { address, item: left }, heard).finally(() => this.#rooms.delete(id))
    this.#rooms.set(id, room)
    return (await room) && this.#withoutCut(address, item)
  }

  /** Waits for what is under way, and lets nothing wait for commits any more. */
  async close(): Promise<void> {
    await Promise.all(this.#running.values())
    await this.#waiting.close()
  }

  #cutOf(address: ItemAddress, item: Item): number {
    return this.#cuts.get(lifeOf(address, item)) ?? 0
  }

  /** The item without entries that, as is known here, have left its tail since. */
  #withoutCut(address: ItemAddress, item: Item): Item {
    const first = this.#cutOf(address, item)
    return withoutFirst(item, Math.min(Math.max(first - firstVersion(item), 0), tailLength(item)))
  }

  /** With which version the tail of this item begins. */
  #remember(address: ItemAddress, item: Item): void {
    this.#rememberCut(lifeOf(address, item), firstVersion(item))
  }

  #rememberCut(life: string, version: number): void {
    this.#cuts.delete(life)
    this.#cuts.set(life, version)
    const [oldest] = this.#cuts.keys()
    if (this.#cuts.size > MAX_REMEMBERED && oldest !== undefined) this.#cuts.delete(oldest)
  }
}

/** Versions are counted anew when a record is created again. */
const lifeOf = (address: ItemAddress, item: Item): string => `${generationOf(item) ?? ''} ${addressKey(address)}`

const isLong = (item: Item, { entries, bytes }: TailBound): boolean => {
  const length = tailLength(item)
  return length >= entries || (length > 0 && tailBytes(item) >= bytes)
}
