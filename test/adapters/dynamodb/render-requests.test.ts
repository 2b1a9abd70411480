import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { renderQuery, renderScan } from '../../../adapters/dynamodb/render-page.ts'
import { renderPlan } from '../../../adapters/dynamodb/render-plan.ts'
import * as c from '../../../core/expression/condition.ts'
import * as u from '../../../core/expression/update.ts'
import { unsoundPlan } from '../../../core/store/accept-plan.ts'
import { tableProperties } from '../../../core/store/table-properties.ts'
import { check, put, remove, update } from '../../conformance/bench.ts'

test('one put, update or delete travels as itself', () => {
  assert.equal(renderPlan({ id: 'x', actions: [put('t', { id: 'a', n: 1 }, c.absent(['id']))] }), {
    kind: 'put',
    input: {
      TableName: 't',
      Item: { id: { S: 'a' }, n: { N: '1' } },
      ConditionExpression: 'attribute_not_exists(#0)',
      ExpressionAttributeNames: { '#0': 'id' },
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    },
  })
  assert.equal(renderPlan({ id: 'x', actions: [update('t', 'a', [u.increment(['n'], 1)], c.equals(['n'], 1))] }), {
    kind: 'update',
    input: {
      TableName: 't',
      Key: { id: { S: 'a' } },
      UpdateExpression: 'SET #0 = if_not_exists(#0, :0) + :1',
      ConditionExpression: '#0 = :1',
      ExpressionAttributeNames: { '#0': 'n' },
      ExpressionAttributeValues: { ':0': { N: '0' }, ':1': { N: '1' } },
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    },
  })
  assert.equal(renderPlan({ id: 'x', actions: [remove('t', 'a')] }), {
    kind: 'delete',
    input: { TableName: 't', Key: { id: { S: 'a' } }, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' },
  })
})

test('several actions, or a lone check, travel as a transaction under the plan’s id', () => {
  const actions = [
    put('t', { id: 'a' }),
    update('t', 'b', [u.set(['x'], 1)]),
    remove('t', 'c', c.exists(['id'])),
    check('t', 'd', c.all([])),
  ]
  const image = { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' }
  assert.equal(renderPlan({ id: '01ARZ', actions }), {
    kind: 'transaction',
    input: {
      ClientRequestToken: '01ARZ',
      TransactItems: [
        { Put: { TableName: 't', Item: { id: { S: 'a' } }, ...image } },
        {
          Update: {
            TableName: 't',
            Key: { id: { S: 'b' } },
            UpdateExpression: 'SET #0 = :0',
            ExpressionAttributeNames: { '#0': 'x' },
            ExpressionAttributeValues: { ':0': { N: '1' } },
            ...image,
          },
        },
        {
          Delete: {
            TableName: 't',
            Key: { id: { S: 'c' } },
            ConditionExpression: 'attribute_exists(#0)',
            ExpressionAttributeNames: { '#0': 'id' },
            ...image,
          },
        },
        {
          ConditionCheck: {
            TableName: 't',
            Key: { id: { S: 'd' } },
            ConditionExpression: 'attribute_exists(#0) OR attribute_not_exists(#0)',
            ExpressionAttributeNames: { '#0': '_' },
            ...image,
          },
        },
      ],
    },
  })
  assert.is(renderPlan({ id: 'x', actions: [check('t', 'd', c.exists(['id']))] }).kind, 'transaction')
})

test('unsound plans are refused before anything is sent', () => {
  assert.is(unsoundPlan([])?.kind, 'invalid')
  assert.is(unsoundPlan([put('t', { id: 'a' }), put('u', { id: 'a' })]), undefined)
  const twice = unsoundPlan([put('t', { id: 'a' }), remove('t', 'b'), check('t', 'a', c.all([]))])
  assert.is(twice?.position, 2)
  assert.match(twice?.reason ?? '', 'Actions 0 and 2')
  const numbers = [1, 1n].map((n) => ({ kind: 'delete', table: 't', key: { n }, condition: c.all([]) }) as const)
  assert.is(unsoundPlan(numbers)?.position, 1)
  const stray = unsoundPlan([{ ...put('t', { id: 'a' }), key: { id: 'b' } }])
  assert.match(stray?.reason ?? '', 'another id than its key')
})

test('queries share placeholders between key condition, filter and projection', () => {
  const actual = renderQuery({
    table: 't',
    index: 'byCity',
    consistent: false,
    partition: { attribute: 'city', value: 'Oslo' },
    sort: { attribute: 'n', operator: 'between', low: 1, high: 5 },
    filter: c.compareTo(['former'], '<>', 'Oslo'),
    projection: ['n', 'name'],
    limit: 3,
    from: { id: 'a', city: 'Oslo', n: 2 },
    reverse: true,
  })
  assert.equal(actual, {
    TableName: 't',
    IndexName: 'byCity',
    ConsistentRead: false,
    ScanIndexForward: false,
    KeyConditionExpression: '#0 = :0 AND #1 BETWEEN :1 AND :2',
    FilterExpression: '#2 <> :0',
    ProjectionExpression: '#1, #3',
    Limit: 3,
    ExclusiveStartKey: { id: { S: 'a' }, city: { S: 'Oslo' }, n: { N: '2' } },
    ExpressionAttributeNames: { '#0': 'city', '#1': 'n', '#2': 'former', '#3': 'name' },
    ExpressionAttributeValues: { ':0': { S: 'Oslo' }, ':1': { N: '1' }, ':2': { N: '5' } },
  })
  const partition = { attribute: 'id', value: 'a' }
  const sorted = (sort: Parameters<typeof renderQuery>[0]['sort']) =>
    renderQuery({ table: 't', consistent: true, reverse: false, partition, sort }).KeyConditionExpression
  assert.is(sorted(undefined), '#0 = :0')
  assert.is(sorted({ attribute: 's', operator: '<=', value: 1 }), '#0 = :0 AND #1 <= :1')
  assert.is(sorted({ attribute: 's', operator: 'begins-with', prefix: 'x' }), '#0 = :0 AND begins_with(#1, :1)')
})

test('scans', () => {
  assert.equal(renderScan({ table: 't', consistent: true }), { TableName: 't', ConsistentRead: true })
  const actual = renderScan({ table: 't', consistent: false, segment: { index: 1, of: 4 }, filter: c.all([]) })
  assert.equal(actual, { TableName: 't', ConsistentRead: false, Segment: 1, TotalSegments: 4 })
})

test('tables with indexes', () => {
  const actual = tableProperties({
    table: 't',
    partition: { name: 'id', type: 'S' },
    sort: { name: 'n', type: 'N' },
    indexes: [
      {
        name: 'g',
        kind: 'global',
        partition: { name: 'city', type: 'S' },
        sort: { name: 'n', type: 'N' },
        projection: 'all',
      },
      { name: 'h', kind: 'global', partition: { name: 'city', type: 'S' }, projection: ['a'] },
      {
        name: 'l',
        kind: 'local',
        partition: { name: 'id', type: 'S' },
        sort: { name: 'b', type: 'B' },
        projection: 'keys',
      },
    ],
  })
  assert.equal(actual, {
    TableName: 't',
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [
      { AttributeName: 'id', AttributeType: 'S' },
      { AttributeName: 'n', AttributeType: 'N' },
      { AttributeName: 'city', AttributeType: 'S' },
      { AttributeName: 'b', AttributeType: 'B' },
    ],
    KeySchema: [
      { AttributeName: 'id', KeyType: 'HASH' },
      { AttributeName: 'n', KeyType: 'RANGE' },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: 'g',
        KeySchema: [
          { AttributeName: 'city', KeyType: 'HASH' },
          { AttributeName: 'n', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'ALL' },
      },
      {
        IndexName: 'h',
        KeySchema: [{ AttributeName: 'city', KeyType: 'HASH' }],
        Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['a'] },
      },
    ],
    LocalSecondaryIndexes: [
      {
        IndexName: 'l',
        KeySchema: [
          { AttributeName: 'id', KeyType: 'HASH' },
          { AttributeName: 'b', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
    ],
  })
})

test.run()
