// biome-ignore-all lint/suspicious/noTemplateCurlyInString: key templates

/** What a model's definition is inferred as, and which mistakes do not compile. */
import { expectTypeOf } from 'expect-type'
import * as t from 'io-ts'
import { binary, date, mapOf, setOf } from '../../core/model/codecs.ts'
import { autoIncrement } from '../../core/model/generated.ts'
import { migrationsFrom } from '../../core/model/migrations.ts'
import {
  type DraftOf,
  defineModel,
  type KeyOf,
  type NewRecord,
  type NextRecord,
  type NumberedModel,
  type RecordOf,
} from '../../core/model/model.ts'
import type { DeepReadonly, Draft } from '../../core/model/readonly.ts'

interface PositiveBrand {
  readonly Positive: unique symbol
}
const Positive = t.brand(t.number, (n): n is t.Branded<number, PositiveBrand> => n > 0, 'Positive')
type Positive = t.TypeOf<typeof Positive>

const Player = defineModel({
  name: 'Player',
  table: 'players',
  key: { partition: 'id' },
  schema: t.type({
    id: t.string,
    energy: t.number,
    badges: setOf(t.string),
    seen: date,
    home: t.type({ city: t.string }),
    prices: mapOf(t.array(t.number)),
    photo: binary,
    score: Positive,
    anything: t.unknown,
    list: t.array(t.type({ at: date })),
    pair: t.tuple([t.string, t.number]),
  }),
  defaults: { energy: 10, badges: () => new Set(), seen: () => new Date(), pair: (record) => [record.id, 1] },
})
type Player = RecordOf<typeof Player>

// A record is read-only all the way down.
expectTypeOf<Player>().toEqualTypeOf<{
  readonly id: string
  readonly energy: number
  readonly badges: ReadonlySet<string>
  readonly seen: Date
  readonly home: { readonly city: string }
  readonly prices: ReadonlyMap<string, readonly number[]>
  readonly photo: Uint8Array
  readonly score: Positive
  readonly anything: unknown
  readonly list: readonly { readonly at: Date }[]
  readonly pair: readonly [string, number]
}>()
expectTypeOf<KeyOf<typeof Player>>().toEqualTypeOf<{ readonly id: string }>()

// A draft is mutable all the way down, and turns back into the record.
expectTypeOf<DraftOf<typeof Player>['badges']>().toEqualTypeOf<Set<string>>()
expectTypeOf<DraftOf<typeof Player>['prices']>().toEqualTypeOf<Map<string, number[]>>()
expectTypeOf<DraftOf<typeof Player>['pair']>().toEqualTypeOf<[string, number]>()
expectTypeOf<Draft<Player>>().toEqualTypeOf<DraftOf<typeof Player>>()
expectTypeOf<DeepReadonly<DraftOf<typeof Player>>>().toEqualTypeOf<Player>()

// Fields with a default may be left out, read-only values are accepted.
declare const score: Positive
declare const home: { readonly city: string }
declare const prices: ReadonlyMap<string, readonly number[]>
const input = { id: 'ann', home, prices, photo: new Uint8Array(), score, anything: 1, list: [] }
expectTypeOf(input).toExtend<NewRecord<typeof Player>>()
expectTypeOf({ ...input, energy: undefined, badges: new Set(['a']) }).toExtend<NewRecord<typeof Player>>()
expectTypeOf<Omit<typeof input, 'home'>>().not.toExtend<NewRecord<typeof Player>>()
expectTypeOf({ ...input, energy: 'much' }).not.toExtend<NewRecord<typeof Player>>()

// Two key fields; fields of templates; a sort template may name none.
const Reward = defineModel({
  name: 'Reward',
  table: 'rewards',
  key: { partition: 'player', sort: 'no' },
  schema: t.strict({ player: t.string, no: t.number, at: date }),
})
expectTypeOf<KeyOf<typeof Reward>>().toEqualTypeOf<{ readonly player: string; readonly no: number }>()
expectTypeOf<NewRecord<typeof Reward>>().toExtend<{ readonly at: Date }>()

const Order = defineModel({
  name: 'Order',
  table: 'app',
  key: {
    partition: { attribute: 'pk', template: 'USER#${user}' },
    sort: { attribute: 'sk', template: 'AT#${day}#${no}' },
  },
  type: { attribute: 'kind', value: 'Order' },
  schema: t.type({ user: t.string, day: date, no: t.number, total: t.number }),
})
expectTypeOf<KeyOf<typeof Order>>().toEqualTypeOf<{ readonly user: string; readonly day: Date; readonly no: number }>()

const Profile = defineModel({
  name: 'Profile',
  table: 'app',
  key: { partition: { attribute: 'pk', template: 'USER#${user}' }, sort: { attribute: 'sk', template: 'PROFILE' } },
  schema: t.readonly(t.exact(t.intersection([t.type({ user: t.string }), t.partial({ nick: t.string })]))),
})
expectTypeOf<KeyOf<typeof Profile>>().toEqualTypeOf<{ readonly user: string }>()
expectTypeOf<RecordOf<typeof Profile>>().toEqualTypeOf<{ readonly user: string; readonly nick?: string }>()

// A union stays one, so that its tag narrows.
const Shape = defineModel({
  name: 'Shape',
  table: 'shapes',
  key: { partition: 'id' },
  schema: t.union([
    t.type({ id: t.string, kind: t.literal('circle'), radius: t.number }),
    t.type({ id: t.string, kind: t.literal('square'), side: t.number }),
  ]),
  defaults: { side: 1 },
})
declare const shape: RecordOf<typeof Shape>
if (shape.kind === 'circle') expectTypeOf(shape.radius).toEqualTypeOf<number>()
expectTypeOf<{ id: string; kind: 'square' }>().toExtend<NewRecord<typeof Shape>>()
expectTypeOf<{ id: string; kind: 'circle' }>().not.toExtend<NewRecord<typeof Shape>>()

// A brand on the whole record does not keep it from being created.
interface CheckedBrand {
  readonly Checked: unique symbol
}
const Checked = defineModel({
  name: 'Checked',
  table: 'checked',
  key: { partition: 'id' },
  schema: t.brand(
    t.type({ id: t.string }),
    (record): record is t.Branded<{ id: string }, CheckedBrand> => record.id !== '',
    'Checked',
  ),
})
expectTypeOf<{ id: string }>().toExtend<NewRecord<typeof Checked>>()
expectTypeOf<RecordOf<typeof Checked>['id']>().toEqualTypeOf<string>()

const schema = t.type({ id: t.string, energy: t.number })
const common = { name: 'Wrong', table: 'wrong' }

// @ts-expect-error no field of this name
defineModel({ ...common, schema, key: { partition: 'idd' } })
// @ts-expect-error no field of this name
defineModel({ ...common, schema, key: { partition: 'id', sort: 'level' } })
declare const template: string
// @ts-expect-error a template whose fields cannot be known
defineModel({ ...common, schema, key: { partition: { attribute: 'pk', template } } })
defineModel({
  ...common,
  schema,
  // @ts-expect-error no field of this name in the template
  key: { partition: { attribute: 'pk', template: 'A#${id}#${level}' } },
})
// @ts-expect-error a default of another type
defineModel({ ...common, schema, key: { partition: 'id' }, defaults: { energy: 'much' } })
// @ts-expect-error a default function of another type
defineModel({ ...common, schema, key: { partition: 'id' }, defaults: { energy: () => 'much' } })
// @ts-expect-error a default of no field
defineModel({ ...common, schema, key: { partition: 'id' }, defaults: { energi: 10 } })
// @ts-expect-error a schema of no object
defineModel({ ...common, schema: t.string, key: { partition: 'length' } })
// @ts-expect-error a schema of no object with fields
defineModel({ ...common, schema: t.array(t.string), key: { partition: 'length' } })
// @ts-expect-error a misspelt option
defineModel({ ...common, schema, key: { partition: 'id' }, default: { energy: 10 } })

// What the engine generates may be left out; a number that counts up is left out of `createNext` only.
const Ticket = defineModel({
  name: 'Ticket',
  table: 'tickets',
  key: { partition: 'no' },
  schema: t.type({ no: t.number, ref: t.string, at: date, title: t.string }),
  defaults: { at: () => new Date() },
  generate: { no: autoIncrement({ block: 5 }), ref: 'uuid' },
})
expectTypeOf<{ no: number; title: string }>().toExtend<NewRecord<typeof Ticket>>()
expectTypeOf<{ title: string }>().not.toExtend<NewRecord<typeof Ticket>>()
expectTypeOf<{ title: string }>().toExtend<NextRecord<typeof Ticket>>()
expectTypeOf<{ title: string; ref: string; at: Date }>().toExtend<NextRecord<typeof Ticket>>()
expectTypeOf<typeof Ticket>().toExtend<NumberedModel>()
expectTypeOf<typeof Player>().not.toExtend<NumberedModel>()
expectTypeOf<KeyOf<typeof Ticket>>().toEqualTypeOf<{ readonly no: number }>()

// @ts-expect-error a text does not count up
defineModel({ ...ticket(), generate: { title: autoIncrement() } })
// @ts-expect-error a number is no uuid
defineModel({ ...ticket(), generate: { no: 'uuid' } })
// @ts-expect-error no such generator
defineModel({ ...ticket(), generate: { ref: 'guid' } })
// @ts-expect-error no such field
defineModel({ ...ticket(), generate: { id: 'uuid' } })

function ticket() {
  const schema = t.type({ no: t.number, ref: t.string, title: t.string })
  return { name: 'Ticket', table: 'tickets', key: { partition: 'no' }, schema } as const
}

// Steps between versions are typed by the schemas on both sides.
const First = t.type({ id: t.string, at: t.string })
const Second = t.type({ id: t.string, at: date })
const chain = migrationsFrom(First).to(Second, {
  up: (old) => {
    expectTypeOf(old).toEqualTypeOf<{ id: string; at: string }>()
    return { ...old, at: new Date(old.at) }
  },
  down: (next) => {
    expectTypeOf(next).toEqualTypeOf<{ id: string; at: Date }>()
    return { ...next, at: next.at.toISOString() }
  },
})
defineModel({ name: 'Visit', table: 'visits', key: { partition: 'id' }, schema: Second, migrations: chain })
// @ts-expect-error the chain ends in another schema
defineModel({ name: 'Visit', table: 'visits', key: { partition: 'id' }, schema: First, migrations: chain })
// @ts-expect-error the step makes no record of the next version
migrationsFrom(First).to(Second, { up: (old) => old })
