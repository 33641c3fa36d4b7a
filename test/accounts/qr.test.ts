import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { encode } from 'uqr';
import { qrDataUrl } from '../../src/accounts/qr.ts';

const uri =
  'otpauth://totp/Rollcall:anna%40example.com?issuer=Rollcall&secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';

function svgOf(url: string): string {
  const [head = '', body = ''] = url.split(',');
  assert.equal(head, 'data:image/svg+xml;base64');
  return Buffer.from(body, 'base64').toString();
}

/** The modules as painted: white first, then the dark rectangles. */
function painted(svg: string): boolean[][] {
  const size = Number(/viewBox="0 0 (\d+) \1"/.exec(svg)?.[1]);
  const rows = Array.from({ length: size }, () => Array<boolean>(size).fill(false));
  const dark = svg.slice(svg.indexOf('fill="#000"'));
  for (const [, x, y, width] of dark.matchAll(/M(\d+) (\d+)h(\d+)v1h-\3z/g)) {
    rows[Number(y)]?.fill(true, Number(x), Number(x) + Number(width));
  }
  return rows;
}

describe('qrDataUrl', () => {
  it('paints exactly the modules of the code', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 120 }), (text) => {
        assert.deepEqual(painted(svgOf(qrDataUrl(text))), encode(text, { ecc: 'M', border: 4 }).data);
      }),
      { numRuns: 25 },
    );
  });

  it('has a quiet zone of four white modules and a finder pattern in three corners', () => {
    const rows = painted(svgOf(qrDataUrl(uri)));
    const last = rows.length - 1;
    rows.forEach((row, y) => {
      const isEdge = y < 4 || y > last - 4;
      const quiet = isEdge ? row : [...row.slice(0, 4), ...row.slice(-4)];
      assert.ok(quiet.every((isDark) => !isDark));
    });
    const finder = [true, true, true, true, true, true, true];
    assert.deepEqual(rows[4]?.slice(4, 11), finder);
    assert.deepEqual(rows[4]?.slice(-11, -4), finder);
    assert.deepEqual(rows[last - 4]?.slice(4, 11), finder);
    assert.equal(rows[last - 4]?.slice(-11, -4).every(Boolean), false);
  });

  it('is black on a white ground whatever the page looks like, without script or reference', () => {
    const svg = svgOf(qrDataUrl(uri));
    assert.match(svg, /<path fill="#fff" d="M0 0h(\d+)v\1h-\1z"\/><path fill="#000"/);
    assert.doesNotMatch(svg, /currentColor|<script|href|style|on\w+=|secret/i);
  });

  it('stays small enough to be sent in an answer', () => {
    assert.ok(qrDataUrl(uri).length < 16_384);
  });
});
