// biome-ignore-all lint/suspicious/noTemplateCurlyInString: key templates

/** What indexes make of queries, filters and results, and which mistakes do not compile. */
import { expectTypeOf } from 'expect-type'
import * as t from 'io-ts'
import { date, setOf } from '../../core/model/codecs.ts'
import { defineModel, type RecordOf } from '../../core/model/model.ts'
import type { Found } from '../../core/records/found.ts'
import type { InvalidItem } from '../../core/records/item-reader.ts'
import type { Records } from '../../core/records/records.ts'

const Player = defineModel({
  name: 'Player',
  table: 'players',
  key: { partition: 'id', sort: 'day' },
  schema: t.intersection([
    t.type({
      id: t.string,
      day: date,
      energy: t.number,
      badges: setOf(t.string),
      home: t.type({ city: t.string }),
      log: t.array(t.type({ n: t.number })),
    }),
    t.partial({ city: t.string, until: t.number }),
  ]),
  indexes: {
    byCity: { partition: 'city', sort: 'energy' },
    keysOnly: { partition: 'city', sort: 'until', projection: 'keys' },
    some: { partition: 'energy', projection: ['badges', 'city'] },
    byTemplate: {
      partition: { attribute: 'gpk', template: 'C#${city}' },
      sort: { attribute: 'gsk', template: '${id}#${day}' },
    },
  },
  expires: 'until',
})
type Player = RecordOf<typeof Player>
declare const records: Records
declare const noon: Date

// Whole records, by the model's own key.
expectTypeOf(records.query(Player, { key: { id: 'ann' } })).toEqualTypeOf<Found<Player>>()
expectTypeOf(records.scan(Player)).toEqualTypeOf<Found<Player>>()
records.query(Player, { key: { id: 'ann', day: noon } })
records.query(Player, { key: { id: 'ann', day: { between: [noon, noon] } } })
records.query(Player, { key: { id: 'ann', day: { beginsWith: '2024-05' } } })
// @ts-expect-error the partition is missing
records.query(Player, { key: {} })
// @ts-expect-error no key at all
records.query(Player, {})
// @ts-expect-error another type
records.query(Player, { key: { id: 5 } })
// @ts-expect-error another type of bound
records.query(Player, { key: { id: 'ann', day: { atLeast: '2024' } } })
// @ts-expect-error a number has no beginning
records.query(Player, { index: 'byCity', key: { city: 'Oslo', energy: { beginsWith: '5' } } })
// @ts-expect-error nor has it in a filter
records.scan(Player, { filter: (player, { beginsWith }) => beginsWith(player.energy, '5') })
// @ts-expect-error no such operator
records.query(Player, { key: { id: 'ann', day: { near: noon } } })
// @ts-expect-error no part of the key
records.query(Player, { key: { id: 'ann', energy: 5 } })
// @ts-expect-error a misspelt option
records.query(Player, { key: { id: 'ann' }, filters: [] })

// An index: its own key, and what it holds.
expectTypeOf(records.query(Player, { index: 'byCity', key: { city: 'Oslo', energy: { less: 5 } } })).toEqualTypeOf<
  Found<Player>
>()
expectTypeOf(records.query(Player, { index: 'keysOnly', key: { city: 'Oslo' } })).toEqualTypeOf<
  Found<{ readonly id: string; readonly day: Date; readonly city?: string; readonly until?: number }>
>()
expectTypeOf(records.scan(Player, { index: 'some' })).toEqualTypeOf<
  Found<{
    readonly id: string
    readonly day: Date
    readonly energy: number
    readonly badges: ReadonlySet<string>
    readonly city?: string
  }>
>()
records.query(Player, { index: 'byTemplate', key: { city: 'Oslo', id: { beginsWith: 'a' } } })
records.query(Player, { index: 'byTemplate', key: { city: 'Oslo', id: 'ann', day: noon } })
// @ts-expect-error no such index
records.query(Player, { index: 'byTown', key: { city: 'Oslo' } })
// @ts-expect-error the key of the model is not that of the index
records.query(Player, { index: 'byCity', key: { id: 'ann' } })
// @ts-expect-error a template has no order
records.query(Player, { index: 'byTemplate', key: { city: 'Oslo', id: { less: 'b' } } })

// A selection narrows further.
expectTypeOf(records.query(Player, { key: { id: 'a' }, select: ['energy', 'city'] })).toEqualTypeOf<
  Found<{ readonly energy: number; readonly city?: string }>
>()
// @ts-expect-error no field
records.query(Player, { key: { id: 'a' }, select: ['enrgy'] })
// @ts-expect-error the index does not hold it
records.scan(Player, { index: 'some', select: ['log'] })

// What is invalid is part of the result only where it is asked for.
expectTypeOf(records.scan(Player, { onInvalid: 'raw' })).toEqualTypeOf<Found<Player | InvalidItem>>()
expectTypeOf(records.scan(Player, { onInvalid: 'skip' })).toEqualTypeOf<Found<Player>>()
expectTypeOf(records.getMany(Player, [], { onInvalid: 'raw' }).toArray()).resolves.toEqualTypeOf<
  (Player | InvalidItem | undefined)[]
>()
expectTypeOf(records.getMany(Player, []).toArray()).resolves.toEqualTypeOf<(Player | undefined)[]>()
// @ts-expect-error no key
records.getMany(Player, [{ id: 'ann' }])
// @ts-expect-error no record
void records.putMany(Player, [{ id: 'ann' }])

// Filters.
records.scan(Player, {
  filter: (player, { all, any, not, atLeast, equal, contains, beginsWith, oneOf, exists, size, between }) =>
    all(
      atLeast(player.energy, 5),
      equal(player.home.city, 'Oslo'),
      equal(player.home, { city: 'Oslo' }),
      contains(player.badges, 'gold'),
      beginsWith(player.day, '2024'),
      not(exists(player.city)),
      any(oneOf(player.city, ['Oslo']), equal(player.log[0]!.n, 1)),
      between(size(player.badges), 1, 3),
    ),
})
// @ts-expect-error no field
records.scan(Player, { filter: (player, { equal }) => equal(player.enrgy, 1) })
// @ts-expect-error no field inside
records.scan(Player, { filter: (player, { equal }) => equal(player.home.town, 'Oslo') })
// @ts-expect-error another type
records.scan(Player, { filter: (player, { equal }) => equal(player.energy, '5') })
// @ts-expect-error another type of element
records.scan(Player, { filter: (player, { contains }) => contains(player.badges, 5) })
// @ts-expect-error a set has no order
records.scan(Player, { filter: (player, { less }) => less(player.badges, new Set(['a'])) })
// @ts-expect-error a comparison of JavaScript is no condition
records.scan(Player, { filter: (player) => player.energy === 5 })
// @ts-expect-error the index does not hold it
records.scan(Player, { index: 'some', filter: (player, { exists }) => exists(player.log) })

// Definitions.
const common = {
  name: 'Wrong',
  table: 'wrong',
  key: { partition: 'id' },
  schema: t.type({ id: t.string, n: t.number }),
} as const
// @ts-expect-error no field of this name
defineModel({ ...common, indexes: { byTown: { partition: 'town' } } })
// @ts-expect-error no field of this name in the sort key
defineModel({ ...common, indexes: { byTown: { partition: 'n', sort: 'town' } } })
// @ts-expect-error no field of this name in the template
defineModel({ ...common, indexes: { byTown: { partition: { attribute: 'gpk', template: 'C#${town}' } } } })
// @ts-expect-error no field of this name in the projection
defineModel({ ...common, indexes: { byN: { partition: 'n', projection: ['town'] } } })
// @ts-expect-error a misspelt option
defineModel({ ...common, indexes: { byN: { partition: 'n', srot: 'id' } } })
// @ts-expect-error no such kind
defineModel({ ...common, indexes: { byN: { partition: 'n', kind: 'both' } } })
// @ts-expect-error no field of this name
defineModel({ ...common, expires: 'until' })
