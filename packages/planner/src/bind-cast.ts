/** Conversions: a cast that can fail yields NULL instead. */
import { ast, isAst, text, type Ast } from './ast.ts';
import { asType, boundsOf, finite, fits, naturalBounds, operandOf } from './arithmetic.ts';
import { CAST_TYPES } from './catalogue.ts';
import type { Bound, OperationNode, Role } from './expression.ts';
import { toWhole, type Interval } from './interval.ts';
import { unsupported } from './refusal.ts';
import { decimalOf, isFloat, isInteger, isNumber, type Typing } from './types.ts';

export async function bindCast(node: Ast, child: Bound, typing: Typing): Promise<OperationNode> {
  const target = targetOf(ast(node['cast_type']));
  const safe = isSafe(child, target);
  const plain = ([a]: readonly string[]): string => `${safe ? 'CAST' : 'TRY_CAST'}(${a} AS ${target})`;
  const risky = isFloat(target) && !safe;
  return {
    kind: 'operation',
    name: 'cast',
    args: [child],
    roles: [roleOf(child, target, safe)],
    type: await typing.of([operandOf(child)], plain),
    interval: boundsOfCast(child, target),
    nullable: child.nullable || !safe,
    write: risky ? (t) => finite(plain(t)) : plain,
  };
}

function targetOf(type: Ast): string {
  const id = text(type['id']);
  if (!(CAST_TYPES as readonly string[]).includes(id)) {
    throw unsupported(`A conversion to ${id || 'this type'}`, `Convert to one of ${CAST_TYPES.join(', ')}.`);
  }
  const info = type['type_info'];
  if (id !== 'DECIMAL') return id;
  return isAst(info) ? `DECIMAL(${Number(info['width'])},${Number(info['scale'])})` : 'DECIMAL(18,3)';
}

/** Whether the conversion succeeds for every value, known from types and bounds. */
function isSafe(child: Bound, target: string): boolean {
  if (child.type === target || (target === 'VARCHAR' && child.type !== 'NULL')) return true;
  if (child.type === 'BOOLEAN') return isInteger(target);
  if (child.type === 'DATE') return false;
  if (!isNumber(child.type)) return false;
  if (target === 'DOUBLE') return fits(boundsOf(child), target) || isFloat(child.type);
  const bounds = boundsOf(child);
  return (isInteger(target) || decimalOf(target) !== null) && bounds !== null && fits(toWhole(bounds), target);
}

/** Rounding away digits, or turning text into a number, can act as a condition; a wider number cannot. */
function roleOf(child: Bound, target: string, safe: boolean): Role {
  if (child.type === 'BOOLEAN') return 'decides';
  if (child.type === target) return 'value';
  if (!safe || !isNumber(child.type)) return 'both';
  if (isFloat(target) || (isInteger(child.type) && isNumber(target))) return 'value';
  const from = decimalOf(child.type);
  const to = decimalOf(target);
  return from !== null && to !== null && to.scale >= from.scale ? 'value' : 'both';
}

function boundsOfCast(child: Bound, target: string): Interval | null {
  if (child.type === target) return child.interval;
  if (child.type === 'BOOLEAN') return naturalBounds('BOOLEAN');
  if (!isNumber(child.type) || !isNumber(target)) return null;
  const bounds = boundsOf(child);
  if (bounds === null || isFloat(target)) return asType(target, bounds);
  const whole = toWhole(bounds);
  return fits(whole, target) ? whole : naturalBounds(target);
}
