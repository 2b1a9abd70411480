import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { ExpressionAttributes } from '../../../adapters/dynamodb/expression-attributes.ts'
import { renderCondition, renderRequiredCondition } from '../../../adapters/dynamodb/render-condition.ts'
import { renderRequiredUpdate, renderUpdate } from '../../../adapters/dynamodb/render-update.ts'
import * as c from '../../../core/expression/condition.ts'
import * as u from '../../../core/expression/update.ts'

const condition = (each: c.Condition) => {
  const attributes = new ExpressionAttributes()
  const text = renderCondition(each, attributes)
  return { text, ...attributes.members() }
}

const update = (...each: u.Update) => {
  const attributes = new ExpressionAttributes()
  const text = renderUpdate(each, attributes)
  return { text, ...attributes.members() }
}

test('a name has one token, also as part of several paths, and equal scalars share one', () => {
  const each = c.all([
    c.equals(['home', 'city'], 'Oslo'),
    c.compareTo(['home', 'list', 3, 'city'], '<>', 'Oslo'),
    c.equals(['n'], 1),
    c.equals(['big'], 1n),
    c.equals(['text'], '1'),
    c.equals(['flag'], true),
    c.equals(['map'], { a: 1 }),
  ])
  assert.equal(condition(each), {
    text: '#0.#1 = :0 AND #0.#2[3].#1 <> :0 AND #3 = :1 AND #4 = :1 AND #5 = :2 AND #6 = :3 AND #7 = :4',
    ExpressionAttributeNames: {
      '#0': 'home',
      '#1': 'city',
      '#2': 'list',
      '#3': 'n',
      '#4': 'big',
      '#5': 'text',
      '#6': 'flag',
      '#7': 'map',
    },
    ExpressionAttributeValues: {
      ':0': { S: 'Oslo' },
      ':1': { N: '1' },
      ':2': { S: '1' },
      ':3': { BOOL: true },
      ':4': { M: { a: { N: '1' } } },
    },
  })
})

test('each kind of condition', () => {
  const text = (each: c.Condition) => condition(each).text
  assert.is(text(c.exists(['a'])), 'attribute_exists(#0)')
  assert.is(text(c.absent(['a'])), 'attribute_not_exists(#0)')
  assert.is(text(c.compareTo(['a'], '>=', 1)), '#0 >= :0')
  assert.is(text(c.between(['a'], 1, 2)), '#0 BETWEEN :0 AND :1')
  assert.is(text(c.isIn(['a'], [1, [2]])), '#0 IN (:0, :1)')
  assert.is(text(c.beginsWith(['a'], 'x')), 'begins_with(#0, :0)')
  assert.is(text(c.contains(['a'], 'x')), 'contains(#0, :0)')
  assert.is(text(c.hasType(['a'], 'SS')), 'attribute_type(#0, :0)')
  assert.is(text(c.hasSize(['a'], '<', 3)), 'size(#0) < :0')
  assert.is(text(c.not(c.exists(['a']))), 'NOT attribute_exists(#0)')
})

test('parentheses wherever precedence might matter', () => {
  const [a, b] = [c.exists(['a']), c.exists(['b'])]
  const either = c.any([a, c.all([a, b]), c.between(['a'], 1, 2)])
  assert.is(
    condition(c.all([either, c.not(c.all([a, b]))])).text,
    '(attribute_exists(#0) OR (attribute_exists(#0) AND attribute_exists(#1)) OR (#0 BETWEEN :0 AND :1)) AND ' +
      '(NOT (attribute_exists(#0) AND attribute_exists(#1)))',
  )
})

test('what does not depend on the item is folded, and asks for no placeholders', () => {
  const never = 'attribute_exists(#0) AND attribute_not_exists(#0)'
  const a = c.exists(['a'])
  const always = c.all([])
  for (const each of [
    always,
    c.not(c.any([])),
    c.any([c.equals(['x'], 1), always]),
    c.compareTo(['x'], '<>', new Set()),
  ])
    assert.equal(condition(each), { text: undefined })
  for (const each of [
    c.any([]),
    c.not(always),
    c.all([a, c.any([])]),
    c.isIn(['x'], []),
    c.compareTo(['x'], '<', [1]),
    c.between(['x'], 2, 1),
    c.between(['x'], 1, 'a'),
    c.equals(['x'], new Set()),
  ])
    assert.equal(condition(each), { text: never, ExpressionAttributeNames: { '#0': '_' } })
  assert.is(condition(c.all([a, c.not(c.between(['x'], 2, 1))])).text, 'attribute_exists(#0)')
  assert.is(condition(c.any([c.compareTo(['x'], '>', null), a])).text, 'attribute_exists(#0)')
  assert.is(
    renderRequiredCondition(always, new ExpressionAttributes()),
    'attribute_exists(#0) OR attribute_not_exists(#0)',
  )
})

test('IN takes a hundred operands at a time', () => {
  const values = Array.from({ length: 150 }, (_, i) => i)
  const { text, ExpressionAttributeValues = {} } = condition(c.all([c.exists(['a']), c.isIn(['b'], values)]))
  assert.match(text ?? '', /^attribute_exists\(#0\) AND \(#1 IN \(:0, .*, :99\) OR #1 IN \(:100, .*, :149\)\)$/)
  assert.is(Object.keys(ExpressionAttributeValues).length, 150)
})

test('each kind of update, gathered by clause', () => {
  const actual = update(
    u.set(['a', 'b'], [1]),
    u.remove(['c', 0]),
    u.append(['d'], ['x']),
    u.increment(['e'], 2),
    u.addToSet(['f'], new Set(['x'])),
    u.removeFromSet(['g'], new Set([1])),
    u.remove(['h']),
  )
  assert.is(
    actual.text,
    'SET #0.#1 = :0, #3 = list_append(if_not_exists(#3, :1), :2), #4 = if_not_exists(#4, :3) + :4 ' +
      'REMOVE #2[0], #7 ADD #5 :5 DELETE #6 :6',
  )
  assert.equal(actual.ExpressionAttributeValues, {
    ':0': { L: [{ N: '1' }] },
    ':1': { L: [] },
    ':2': { L: [{ S: 'x' }] },
    ':3': { N: '0' },
    ':4': { N: '2' },
    ':5': { SS: ['x'] },
    ':6': { NS: ['1'] },
  })
})

test('an update that does nothing', () => {
  assert.equal(update(u.addToSet(['a'], new Set()), u.removeFromSet(['b'], new Set())), { text: undefined })
  assert.is(renderRequiredUpdate([], new ExpressionAttributes()), 'REMOVE #0')
})

test.run()
