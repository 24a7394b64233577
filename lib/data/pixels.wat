;; The hot loops on pixels, sixteen bytes at a time. pixels.ts holds what this compiles to, and says how.
;; Addresses are byte offsets into the one memory; rows are RGB without padding. Reads go up to 16 bytes beyond a row's end,
;; and writes too: whoever lays out the memory leaves room for that.
(module
  (memory (export "memory") 1)

  ;; One row of a bilinear warp that draws the edge out. u and v: where the row starts in the source, in 1/65536 pixel, half
  ;; a weight added; du, dv: the way from pixel to pixel.
  (func (export "warpRow")
    (param $source i32) (param $width i32) (param $height i32) (param $out i32) (param $count i32)
    (param $u i32) (param $v i32) (param $du i32) (param $dv i32)
    (local $end i32) (local $pitch i32) (local $maxU i32) (local $maxV i32)
    (local $left i32) (local $top i32) (local $right i32) (local $bottom i32) (local $clamped i32) (local $p i32)
    (local $weights v128) (local $above v128) (local $below v128)
    (local.set $pitch (i32.mul (local.get $width) (i32.const 3)))
    (local.set $maxU (i32.shl (i32.sub (local.get $width) (i32.const 1)) (i32.const 16)))
    (local.set $maxV (i32.shl (i32.sub (local.get $height) (i32.const 1)) (i32.const 16)))
    (local.set $end (i32.add (local.get $out) (i32.mul (local.get $count) (i32.const 3))))
    (loop $next
      (local.set $left (i32.shr_s (local.get $u) (i32.const 16)))
      (local.set $top (i32.shr_s (local.get $v) (i32.const 16)))
      (local.set $right (i32.and (i32.shr_s (local.get $u) (i32.const 8)) (i32.const 255)))
      (local.set $bottom (i32.and (i32.shr_s (local.get $v) (i32.const 8)) (i32.const 255)))
      ;; One unsigned comparison for each axis tells whether it is inside.
      (if (i32.ge_u (local.get $u) (local.get $maxU))
        (then
          (local.set $clamped (select (i32.const 0) (local.get $maxU) (i32.lt_s (local.get $u) (i32.const 0))))
          ;; The last pixel is the far end of the pair before it, with weight 256 of 256.
          (local.set $left (select (i32.const 0) (i32.sub (local.get $width) (i32.const 2)) (i32.eqz (local.get $clamped))))
          (local.set $right (select (i32.const 0) (i32.const 256) (i32.eqz (local.get $clamped))))))
      (if (i32.ge_u (local.get $v) (local.get $maxV))
        (then
          (local.set $clamped (select (i32.const 0) (local.get $maxV) (i32.lt_s (local.get $v) (i32.const 0))))
          (local.set $top (select (i32.const 0) (i32.sub (local.get $height) (i32.const 2)) (i32.eqz (local.get $clamped))))
          (local.set $bottom (select (i32.const 0) (i32.const 256) (i32.eqz (local.get $clamped))))))
      (local.set $p (i32.add (local.get $source)
        (i32.add (i32.mul (local.get $top) (local.get $pitch)) (i32.mul (local.get $left) (i32.const 3)))))
      ;; [256 - right, right] four times: the dot product of pairs blends two neighbors, channel by channel.
      (local.set $weights (i32x4.splat (i32.add (i32.mul (local.get $right) (i32.const 65535)) (i32.const 256))))
      (local.set $above (i32x4.dot_i16x8_s (local.get $weights) (i16x8.extend_low_i8x16_u (i8x16.shuffle
        0 3 1 4 2 5 2 5 0 0 0 0 0 0 0 0
        (v128.load64_zero (local.get $p)) (v128.load64_zero (local.get $p))))))
      (local.set $p (i32.add (local.get $p) (local.get $pitch)))
      (local.set $below (i32x4.dot_i16x8_s (local.get $weights) (i16x8.extend_low_i8x16_u (i8x16.shuffle
        0 3 1 4 2 5 2 5 0 0 0 0 0 0 0 0
        (v128.load64_zero (local.get $p)) (v128.load64_zero (local.get $p))))))
      ;; (256 above + bottom (below - above) + half) / 65536
      (local.set $above (i32x4.shr_u
        (i32x4.add
          (i32x4.add (i32x4.shl (local.get $above) (i32.const 8)) (i32x4.splat (i32.const 32768)))
          (i32x4.mul (i32x4.sub (local.get $below) (local.get $above)) (i32x4.splat (local.get $bottom))))
        (i32.const 16)))
      ;; The fourth byte is the next pixel's, which comes later.
      (v128.store32_lane 0 (local.get $out) (i8x16.shuffle
        0 4 8 12 0 0 0 0 0 0 0 0 0 0 0 0 (local.get $above) (local.get $above)))
      (local.set $u (i32.add (local.get $u) (local.get $du)))
      (local.set $v (i32.add (local.get $v) (local.get $dv)))
      (br_if $next (i32.lt_u (local.tee $out (i32.add (local.get $out) (i32.const 3))) (local.get $end)))))

  ;; One row of a 3 x 3 median, its edge drawn out: each column of three sorted once, then the median of (largest low, median
  ;; of the middles, smallest high). above, here, below: the three rows, of width bytes. scratch: room for three rows of
  ;; width + 32 bytes.
  (func (export "medianRow")
    (param $above i32) (param $here i32) (param $below i32) (param $width i32) (param $out i32) (param $scratch i32)
    (local $low i32) (local $middle i32) (local $high i32) (local $x i32)
    (local $a v128) (local $b v128) (local $c v128) (local $least v128) (local $most v128) (local $upper v128)
    (local.set $low (local.get $scratch))
    (local.set $middle (i32.add (local.get $low) (i32.add (local.get $width) (i32.const 32))))
    (local.set $high (i32.add (local.get $middle) (i32.add (local.get $width) (i32.const 32))))
    (loop $next
      (local.set $a (v128.load (i32.add (local.get $above) (local.get $x))))
      (local.set $b (v128.load (i32.add (local.get $here) (local.get $x))))
      (local.set $c (v128.load (i32.add (local.get $below) (local.get $x))))
      (local.set $least (i8x16.min_u (local.get $a) (local.get $b)))
      (local.set $most (i8x16.max_u (local.get $a) (local.get $b)))
      (local.set $upper (i8x16.max_u (local.get $least) (local.get $c)))
      (v128.store offset=3 (i32.add (local.get $low) (local.get $x)) (i8x16.min_u (local.get $least) (local.get $c)))
      (v128.store offset=3 (i32.add (local.get $middle) (local.get $x)) (i8x16.min_u (local.get $upper) (local.get $most)))
      (v128.store offset=3 (i32.add (local.get $high) (local.get $x)) (i8x16.max_u (local.get $upper) (local.get $most)))
      (br_if $next (i32.lt_u (local.tee $x (i32.add (local.get $x) (i32.const 16))) (local.get $width))))
    (call $drawOut (local.get $low) (local.get $width))
    (call $drawOut (local.get $middle) (local.get $width))
    (call $drawOut (local.get $high) (local.get $width))
    (local.set $x (i32.const 0))
    (loop $next
      (local.set $a (i8x16.max_u
        (i8x16.max_u
          (v128.load (i32.add (local.get $low) (local.get $x)))
          (v128.load offset=3 (i32.add (local.get $low) (local.get $x))))
        (v128.load offset=6 (i32.add (local.get $low) (local.get $x)))))
      (local.set $b (call $median
        (v128.load (i32.add (local.get $middle) (local.get $x)))
        (v128.load offset=3 (i32.add (local.get $middle) (local.get $x)))
        (v128.load offset=6 (i32.add (local.get $middle) (local.get $x)))))
      (local.set $c (i8x16.min_u
        (i8x16.min_u
          (v128.load (i32.add (local.get $high) (local.get $x)))
          (v128.load offset=3 (i32.add (local.get $high) (local.get $x))))
        (v128.load offset=6 (i32.add (local.get $high) (local.get $x)))))
      (v128.store (i32.add (local.get $out) (local.get $x))
        (call $median (local.get $a) (local.get $b) (local.get $c)))
      (br_if $next (i32.lt_u (local.tee $x (i32.add (local.get $x) (i32.const 16))) (local.get $width)))))

  ;; Recolors bytes of RGB in place: each pixel by a matrix, then each level by a table of 256. columns: the matrix, column by
  ;; column, as four 32-bit numbers each (the fourth is not used), in 1/16384.
  (func (export "recolor") (param $at i32) (param $bytes i32) (param $columns i32) (param $table i32)
    (local $end i32) (local $levels i32) (local $red v128) (local $green v128) (local $blue v128) (local $pixel v128)
    (local.set $end (i32.add (local.get $at) (local.get $bytes)))
    (local.set $red (v128.load (local.get $columns)))
    (local.set $green (v128.load offset=16 (local.get $columns)))
    (local.set $blue (v128.load offset=32 (local.get $columns)))
    (loop $next
      (local.set $pixel (v128.load32_zero (local.get $at)))
      ;; Sums of three products, rounded, cut to 0..255 by the two narrowings.
      (local.set $pixel (i32x4.shr_s
        (i32x4.add
          (i32x4.add
            (i32x4.mul (local.get $red) (i8x16.swizzle (local.get $pixel)
              (v128.const i8x16 0 255 255 255 0 255 255 255 0 255 255 255 0 255 255 255)))
            (i32x4.mul (local.get $green) (i8x16.swizzle (local.get $pixel)
              (v128.const i8x16 1 255 255 255 1 255 255 255 1 255 255 255 1 255 255 255))))
          (i32x4.add
            (i32x4.mul (local.get $blue) (i8x16.swizzle (local.get $pixel)
              (v128.const i8x16 2 255 255 255 2 255 255 255 2 255 255 255 2 255 255 255)))
            (i32x4.splat (i32.const 8192))))
        (i32.const 14)))
      (local.set $pixel (i16x8.narrow_i32x4_s (local.get $pixel) (local.get $pixel)))
      (local.set $levels (i32x4.extract_lane 0 (i8x16.narrow_i16x8_u (local.get $pixel) (local.get $pixel))))
      (i32.store8 (local.get $at)
        (i32.load8_u (i32.add (local.get $table) (i32.and (local.get $levels) (i32.const 255)))))
      (i32.store8 offset=1 (local.get $at)
        (i32.load8_u (i32.add (local.get $table) (i32.and (i32.shr_u (local.get $levels) (i32.const 8)) (i32.const 255)))))
      (i32.store8 offset=2 (local.get $at)
        (i32.load8_u (i32.add (local.get $table) (i32.and (i32.shr_u (local.get $levels) (i32.const 16)) (i32.const 255)))))
      (br_if $next (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 3))) (local.get $end)))))

  (func $median (param $a v128) (param $b v128) (param $c v128) (result v128)
    (i8x16.max_u
      (i8x16.min_u (local.get $a) (local.get $b))
      (i8x16.min_u (i8x16.max_u (local.get $a) (local.get $b)) (local.get $c))))

  ;; Repeats the first and last pixel of a row that starts three bytes into its buffer.
  (func $drawOut (param $row i32) (param $width i32)
    (i32.store16 (local.get $row) (i32.load16_u offset=3 (local.get $row)))
    (i32.store8 offset=2 (local.get $row) (i32.load8_u offset=5 (local.get $row)))
    (local.set $row (i32.add (local.get $row) (local.get $width)))
    (i32.store16 offset=3 (local.get $row) (i32.load16_u (local.get $row)))
    (i32.store8 offset=5 (local.get $row) (i32.load8_u offset=2 (local.get $row)))))
