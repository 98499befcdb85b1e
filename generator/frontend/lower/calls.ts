import { ts } from 'ts-morph';
import { isZone, nearestZones } from '../../../kernels/zone.ts';
import type { Expr, FunctionName } from '../../ir/expr.ts';
import { memberOf } from './access.ts';
import { place, withoutParentheses } from './expression.ts';
import {
  globalName,
  insteadOfGlobal,
  insteadOfLanguage,
  insteadOfMath,
  kernels,
  mathFunctions,
  nameInLanguage,
} from './globals.ts';
import type { Signature } from './globals.ts';
import { argumentsOf, call, nameIt } from './arguments.ts';
import { lowerIncludes } from './includes.ts';
import { inline } from './inline.ts';
import type { Frame, LambdaContext } from './lowering.ts';
import { lowerMethod } from './methods.ts';
import { arithmeticOf, requireNumber } from './operators.ts';
import { booleanType, describeType, doubleType, familyOf, literal, value } from './value.ts';
import type { FunctionNode, Place, Value } from './value.ts';

/** `Math.floor(x)`, `log(x)`, `text.trim()`, `['a'].includes(x)`, `isPurchase(e)`. */
export function lowerCall(node: ts.CallExpression, frame: Frame, context: LambdaContext): Place {
  const callee = withoutParentheses(node.expression);
  if (node.questionDotToken !== undefined) {
    return context.refuse(node, 'SK203', {
      what: 'an optional call',
      instead: 'a function that is there: `f(x)`',
    });
  }
  const spread = node.arguments.find(ts.isSpreadElement);
  if (spread !== undefined) {
    return context.refuse(spread, 'SK203', { what: 'a spread', instead: 'write the arguments out' });
  }
  const global = globalName(callee, context.checker);
  if (global !== null) return lowerGlobalCall(global, node, frame, context);
  if (!ts.isPropertyAccessExpression(callee)) {
    return callFunction(place(callee, frame, context), node, frame, context);
  }
  const base = place(callee.expression, frame, context);
  const method = callee.name.text;
  if (base.kind === 'value') return lowerMethod(base, method, callee, node, frame, context);
  const isList = base.kind === 'array' || (base.kind === 'constant' && Array.isArray(base.value));
  if (isList && method === 'includes') return lowerIncludes(base, node, frame, context);
  if (isList) {
    return context.refuse(node, 'SK214', {
      member: `.${method}()`,
      of: 'a list',
      instead: 'includes() is what a list may be asked; write the rest out',
    });
  }
  return callFunction(memberOf(base, method, callee, context), node, frame, context);
}

function callFunction(callee: Place, node: ts.CallExpression, frame: Frame, context: LambdaContext): Place {
  if (callee.kind === 'function') {
    return inline(callee.node, callee.node, callee.frame, null, node, frame, context);
  }
  const name = node.expression.getText();
  if (callee.kind !== 'constant' || typeof callee.value !== 'function') {
    return context.refuse(node.expression, 'SK217', { name, instead: null });
  }
  const kernel = kernels.get(callee.value);
  if (kernel !== undefined) return callKernel(kernel, node, frame, context);
  const known = nameInLanguage(callee.value);
  if (known !== null) {
    return context.refuse(node, 'SK218', { name: known, instead: insteadOfLanguage[known] ?? null });
  }
  const site = context.registry.siteOf(callee.value);
  if (site?.captured === undefined) return context.refuse(node.expression, 'SK217', { name, instead: null });
  return inline(site.node as FunctionNode, callee.value, null, site.captured, node, frame, context);
}

function lowerGlobalCall(name: string, node: ts.CallExpression, frame: Frame, context: LambdaContext): Value {
  const math = mathFunctions[name];
  if (math !== undefined) return callMath(math, name, node, frame, context);
  if (name === 'Number.isFinite' || name === 'Number.isNaN')
    return lowerNumberTest(name, node, frame, context);
  if (name === 'Math.random') {
    return context.refuse(node, 'SK216', {
      what: '`Math.random()`',
      instead: 'send the draw with the event',
    });
  }
  if (name.startsWith('Math.')) {
    const instead = insteadOfMath[name] ?? 'move the feature into `compute(f => …)`';
    return context.refuse(node, 'SK215', { name, instead });
  }
  if (name === 'Date' || name.startsWith('Date.') || name.startsWith('performance.')) {
    return context.refuse(node, 'SK216', {
      what: `\`${name}()\``,
      instead: 'the instant of the read is the second parameter of a derived lambda, `(f, t) =>`',
    });
  }
  return context.refuse(node, 'SK217', { name, instead: insteadOfGlobal[name] ?? null });
}

function callMath(
  math: FunctionName,
  name: string,
  node: ts.CallExpression,
  frame: Frame,
  context: LambdaContext,
): Value {
  const args = argumentsOf(node, frame, context);
  if (args.length === 0) return context.refuse(node, 'SK231', { value: `${name}()` });
  args.forEach((argument, index) => requireNumber(node.arguments[index]!, name, argument, context));
  return call(math, args, doubleType);
}

/** `x - x` is 0 of a finite number, NaN of others; `x !== x` holds of NaN alone; of null both are false. */
function lowerNumberTest(name: string, node: ts.CallExpression, frame: Frame, context: LambdaContext): Value {
  const [argument] = argumentsOf(node, frame, context);
  if (argument === undefined) return context.refuse(node, 'SK217', { name, instead: null });
  const { expr } = argument;
  if (familyOf(expr.type) !== 'number') {
    return context.refuse(node, 'SK208', { operator: name, type: describeType(expr.type) });
  }
  const named = nameIt(expr, 'x', context);
  const test: Expr =
    name === 'Number.isNaN'
      ? {
          kind: 'compare',
          operator: '!==',
          left: named.use,
          right: named.use,
          type: booleanType,
          nullable: false,
        }
      : {
          kind: 'compare',
          operator: '===',
          left: arithmeticOf('-', named.use, named.use),
          right: literal(0),
          type: booleanType,
          nullable: false,
        };
  return value(named.wrap(test));
}

function callKernel(kernel: Signature, node: ts.CallExpression, frame: Frame, context: LambdaContext): Value {
  const args = argumentsOf(node, frame, context);
  args.forEach((argument, index) => {
    const maybe = kernel.name === 'finite' && index === 0;
    const at = node.arguments[index]!;
    if (!maybe && argument.expr.nullable) context.refuse(at, 'SK209', { what: at.getText() });
  });
  if (kernel.zone !== undefined && args[kernel.zone]?.expr.kind !== 'literal') {
    const at = node.arguments[kernel.zone] ?? node;
    return context.refuse(at, 'SK219', { name: kernel.name });
  }
  if (kernel.zone !== undefined) checkZone(args[kernel.zone], node.arguments[kernel.zone] ?? node, context);
  return call(kernel.name, args, kernel.result);
}

/** Of a text constant; what is none has been refused before. */
function checkZone(zone: Value | undefined, at: ts.Node, context: LambdaContext): void {
  const name = zone?.expr.kind === 'literal' ? String(zone.expr.value) : '';
  if (!isZone(name)) context.refuse(at, 'SK235', { zone: name, near: nearestZones(name) });
}
