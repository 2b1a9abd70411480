/**
 * Keeps tails short: beside commits, moves entries from a record's tail into a block of the journal.
 *
 * First the block is written, where there is none yet; then, and only then, the record drops what the block holds. So a
 * crash between the two loses nothing, and anyone may do it at any time, also at once with others: of two blocks with the
 * same first entry the first one stays, and a tail that somebody else has cut is not cut again.
 *
 * The next commit of the record cuts the tail, in its own write. Where none comes soon, the tail is cut by itself.
 *
 * @module
 */
import { addressKey, type Item, type ItemAddress, itemSize, utf8Size } from '../data/item.ts'
import type { Environment } from '../environment.ts'
import { engineError } from '../errors.ts'
import { InapplicableUpdate } from '../expression/apply.ts'
import { all, equals } from '../expression/condition.ts'
import type { Priority } from '../store/capacity.ts'
import type { CommitOutcome } from '../store/commit-outcome.ts'
import type { Store } from '../store/store.ts'
import type { WriteAction } from '../store/write-plan.ts'
import { type Block, decodeBlock, IMAGE_EVERY, putBlock } from './block.ts'
import { COMMIT_ID_LENGTH, commitId } from './commit-id.ts'
import { undoEntry } from './entry.ts'
import { readEntries } from './spill.ts'
import {
  beginsWith,
  cutFirst,
  firstVersion,
  GENERATION,
  generationOf,
  imageOf,
  isFull,
  type TailEntry,
  tailBytes,
  tailLength,
  tailOf,
  withoutFirst,
} from './tail.ts'
import { type Cut, WaitingCuts } from './waiting-cuts.ts'

/** When a tail is sealed: at so many entries or bytes, whichever comes first. */
interface TailBound {
  readonly entries: number
  readonly bytes: number
}

/** Entries of one cut, so that its expression stays within 4 KB and 300 operators. */
const MAX_CUT = 200
/** How often a record that is only changed blindly is looked at, while its tail grows to its bound. */
const UNSEEN_LOOKS = 2
const MAX_REMEMBERED = 1000
/** How often making room is tried again after others were at work on the record. */
const MAX_ROUNDS = 8

interface SealerParts {
  readonly store: Store
  readonly environment: Environment
  readonly journalTable: string
}

export class Sealer {
  readonly #parts: SealerParts
  readonly #running = new Map<string, Promise<unknown>>()
  readonly #rooms = new Map<string, Promise<Item | undefined>>()
  readonly #waiting: WaitingCuts
  /** The first version that the tail of a record's life was left with, of those cut last. */
  readonly #cuts = new Map<string, number>()

  constructor(parts: SealerParts) {
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
    const [item] = known ? [known] : await this.#read(address, 'history')
    if (!item || !isLong(item, bound)) return
    // All but the last, so that a tail never ends: what stands in it tells what cannot have left it.
    const entries = tailOf(item).slice(0, -1)
    if (known) await this.#sealAhead(address, item, entries)
    else await this.#seal(address, item, entries, 'history')
  }

  /** Writes the block, and leaves the cut to the next commit. */
  async #sealAhead(address: ItemAddress, item: Item, entries: readonly TailEntry[]): Promise<void> {
    const held = await this.#putBlock(address, item, entries, 'history')
    if (held === undefined) return
    const cut = {
      record: addressKey(address),
      life: lifeOf(address, item),
      version: firstVersion(item),
      entries: held,
    }
    this.#waiting.add(cut, () => this.#cut(address, item, held, 'history'))
  }

  /** What a commit that is planned on this item shall cut off its tail. The caller gives it back in any case. */
  take(address: ItemAddress, item: Item): Cut | undefined {
    return this.#waiting.take(addressKey(address), lifeOf(address, item), firstVersion(item))
  }

  giveBack(cut: Cut, isDone: boolean): void {
    if (isDone) this.#remember(cut.life, cut.version + cut.entries)
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
    const room =
      this.#rooms.get(id) ??
      this.cutToLast(address, left, (present) => !this.needsRoom(present)).finally(() => this.#rooms.delete(id))
    this.#rooms.set(id, room)
    return (await room) && this.#withoutCut(address, item)
  }

  /**
   * Seals all of an item's tail but its last entry. Resolves to the item without what was cut off; undefined where others
   * got in the way. What others have made of it meanwhile may be enough.
   */
  async cutToLast(
    address: ItemAddress,
    item: Item,
    isEnough: (present: Item) => boolean = () => false,
  ): Promise<Item | undefined> {
    let present: Item | undefined = item
    for (let round = 0; round < MAX_ROUNDS && present; round++) {
      if (round > 0 && isEnough(present)) return present
      const entries = tailOf(present).slice(0, -1)
      if (entries.length === 0) return present
      const held: number | undefined = await this.#seal(address, present, entries, 'commit')
      if (held !== undefined) {
        present = withoutFirst(present, held)
        continue
      }
      ;[present] = await this.#read(address)
      if (present) this.#remember(lifeOf(address, present), firstVersion(present))
    }
    return undefined
  }

  /** Waits for what is under way, and lets nothing wait for commits any more. */
  async close(): Promise<void> {
    await Promise.all(this.#running.values())
    await this.#waiting.close()
  }

  /** Writes the block of these first entries of the item's tail, and cuts them off. Resolves to how many it cut. */
  async #seal(
    address: ItemAddress,
    item: Item,
    entries: readonly TailEntry[],
    priority: Priority,
  ): Promise<number | undefined> {
    const held = await this.#putBlock(address, item, entries, priority)
    return held !== undefined && (await this.#cut(address, item, held, priority)) ? held : undefined
  }

  /** Resolves to how many of these first entries of the item's tail are in the block, now or already. */
  async #putBlock(
    address: ItemAddress,
    item: Item,
    entries: readonly TailEntry[],
    priority: Priority,
  ): Promise<number | undefined> {
    const generation = generationOf(item)
    const [first] = entries
    if (generation === undefined || !first) return undefined
    const { store, journalTable } = this.#parts
    const taken = firstOf(entries, store.limits.itemBytes / 2)
    const image = needsImage(taken, generation) ? await this.#imageAfterFirst(address, item) : undefined
    const block: Block = { generation, entries: taken, image, last: undefined, isEnd: false }
    const send = (one: Block) => this.#send(putBlock(journalTable, address, one), priority)
    let put = await send(block)
    // Too large together with the image, perhaps, without which it is as good: more must be read for what it tells.
    if (put.kind === 'invalid' && image) put = await send({ ...block, image: undefined })
    if (put.kind === 'invalid') throw unwritable(journalTable, put)
    const present = put.kind === 'conflict' ? put.failures[0]?.present : undefined
    if (put.kind !== 'committed' && !present) return undefined
    // One that was there holds fewer entries, perhaps, and the same as far as it goes.
    return Math.min(present ? decodeBlock(present).entries.length : block.entries.length, entries.length)
  }

  /** Whether the item's tail was cut by so many entries. */
  async #cut(address: ItemAddress, item: Item, entries: number, priority: Priority): Promise<boolean> {
    const { kind } = await this.#send(
      {
        kind: 'update',
        ...address,
        condition: all([beginsWith(item), equals([GENERATION], generationOf(item)!)]),
        update: cutFirst(entries),
      },
      priority,
    )
    if (kind === 'committed') this.#remember(lifeOf(address, item), firstVersion(item) + entries)
    return kind === 'committed'
  }

  #read(address: ItemAddress, priority?: Priority): Promise<readonly (Item | undefined)[]> {
    return this.#parts.store.read([address], { consistent: true, priority })
  }

  #cutOf(address: ItemAddress, item: Item): number {
    return this.#cuts.get(lifeOf(address, item)) ?? 0
  }

  /** The item without entries that, as is known here, have left its tail since. */
  #withoutCut(address: ItemAddress, item: Item): Item {
    const first = this.#cutOf(address, item)
    return withoutFirst(item, Math.min(Math.max(first - firstVersion(item), 0), tailLength(item)))
  }

  #remember(life: string, version: number): void {
    this.#cuts.delete(life)
    this.#cuts.set(life, version)
    const [oldest] = this.#cuts.keys()
    if (this.#cuts.size > MAX_REMEMBERED && oldest !== undefined) this.#cuts.delete(oldest)
  }

  /** The record after the first entry of the item's tail: all later ones undone. */
  async #imageAfterFirst(address: ItemAddress, item: Item): Promise<Item | undefined> {
    const { store, journalTable } = this.#parts
    const later = await readEntries(store, journalTable, address, tailOf(item).slice(1))
    if (later.some(({ decoded }) => decoded.erased)) return undefined
    try {
      return later.reduceRight((state, { decoded }) => undoEntry(decoded, state), imageOf(item))
    } catch (thrown) {
      if (!(thrown instanceof InapplicableUpdate)) throw thrown
      // Another program changed the record so that its history no longer fits; the entries tell what they can.
      return undefined
    }
  }

  #send(action: WriteAction, priority: Priority): Promise<CommitOutcome> {
    return this.#parts.store.commit({ id: commitId(this.#parts.environment), actions: [action] }, { priority })
  }
}

const unwritable = (journalTable: string, { reason, cause }: Extract<CommitOutcome, { kind: 'invalid' }>) =>
  engineError(
    'REJECTED',
    `The history of a record must be moved to the journal table ${journalTable}, which refused it: ${reason} Nothing was written.`,
    { reason },
    { cause },
  )

/** Versions are counted anew when a record is created again. */
const lifeOf = (address: ItemAddress, item: Item): string => `${generationOf(item) ?? ''} ${addressKey(address)}`

const isLong = (item: Item, { entries, bytes }: TailBound): boolean => {
  const length = tailLength(item)
  return length >= entries || (length > 0 && tailBytes(item) >= bytes)
}

/** As many of them as one cut and one block take: at least one. */
function firstOf(entries: readonly TailEntry[], bytes: number): readonly TailEntry[] {
  let left = bytes
  const end = entries.findIndex(({ entry }) => {
    left -= COMMIT_ID_LENGTH + utf8Size(entry)
    return left < 0
  })
  return entries.slice(0, end < 0 ? MAX_CUT : Math.min(Math.max(end, 1), MAX_CUT))
}

/** The first block of a generation, and each that crosses a multiple: what lies between two images is bounded. */
function needsImage(entries: readonly TailEntry[], generation: string): boolean {
  const first = entries[0]!
  const last = entries.at(-1)!
  const crosses = Math.floor(first.version / IMAGE_EVERY) !== Math.floor((last.version + 1) / IMAGE_EVERY)
  return crosses || first.commit === generation
}
