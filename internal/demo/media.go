package demo

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"math/rand/v2"
)

// bouquet paints a picture of flowers: soft background, stems, round blossoms.
func bouquet(r *rand.Rand) []byte {
	const w, h = 960, 720
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	base := float64(r.IntN(360))
	for y := range h {
		for x := range w {
			t := float64(y)/h*0.7 + float64(x)/w*0.3
			img.Set(x, y, hsl(base+40*t, 0.25, 0.92-0.18*t))
		}
	}
	disc := func(cx, cy, radius float64, c color.RGBA) {
		for y := int(cy - radius); y <= int(cy+radius); y++ {
			for x := int(cx - radius); x <= int(cx+radius); x++ {
				if d := math.Hypot(float64(x)-cx, float64(y)-cy); d <= radius && image.Pt(x, y).In(img.Bounds()) {
					k := 0.85 + 0.3*(1-d/radius)
					img.Set(x, y, color.RGBA{light(c.R, k), light(c.G, k), light(c.B, k), 255})
				}
			}
		}
	}
	for range 9 {
		fx, fy := 220+r.Float64()*520, 140+r.Float64()*260
		for s := 0.0; s < 1; s += 0.004 { // the stem
			x := fx + (480-fx)*s
			disc(x, fy+(700-fy)*s, 4, hsl(120, 0.35, 0.35))
		}
	}
	for range 14 {
		fx, fy := 200+r.Float64()*560, 120+r.Float64()*300
		petal := hsl(base+180+r.Float64()*70, 0.6, 0.62)
		size := 22 + r.Float64()*20
		for k := range 7 {
			a := float64(k) / 7 * 2 * math.Pi
			disc(fx+math.Cos(a)*size, fy+math.Sin(a)*size, size*0.8, petal)
		}
		disc(fx, fy, size*0.55, hsl(45, 0.75, 0.6))
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, img, &jpeg.Options{Quality: 84}); err != nil {
		panic(err) // into memory
	}
	return out.Bytes()
}

func light(v uint8, k float64) uint8 { return uint8(min(255, float64(v)*k)) }

func hsl(h, s, l float64) color.RGBA {
	h = math.Mod(h, 360) / 60
	c := (1 - math.Abs(2*l-1)) * s
	x := c * (1 - math.Abs(math.Mod(h, 2)-1))
	var r, g, b float64
	switch int(h) {
	case 0:
		r, g = c, x
	case 1:
		r, g = x, c
	case 2:
		g, b = c, x
	case 3:
		g, b = x, c
	case 4:
		r, b = x, c
	default:
		r, b = c, x
	}
	m := l - c/2
	return color.RGBA{uint8((r + m) * 255), uint8((g + m) * 255), uint8((b + m) * 255), 255}
}

// hum is a voice note: a few soft syllables, 16-bit mono WAV.
func hum(r *rand.Rand, seconds int) []byte {
	const rate = 8000
	n := seconds * rate
	var out bytes.Buffer
	out.WriteString("RIFF")
	_ = binary.Write(&out, binary.LittleEndian, uint32(36+2*n))
	out.WriteString("WAVEfmt ")
	for _, v := range []any{uint32(16), uint16(1), uint16(1), uint32(rate), uint32(2 * rate), uint16(2), uint16(16)} {
		_ = binary.Write(&out, binary.LittleEndian, v)
	}
	out.WriteString("data")
	_ = binary.Write(&out, binary.LittleEndian, uint32(2*n))
	pitch, loud := 140.0, 0.0
	for i := range n {
		if i%1400 == 0 {
			pitch, loud = 110+r.Float64()*90, 0.25+r.Float64()*0.75
		}
		t := float64(i) / rate
		shape := math.Sin(math.Pi * float64(i%1400) / 1400)
		v := math.Sin(2*math.Pi*pitch*t) + 0.4*math.Sin(4*math.Pi*pitch*t) + 0.2*math.Sin(6*math.Pi*pitch*t)
		_ = binary.Write(&out, binary.LittleEndian, int16(v*shape*loud*6000))
	}
	return out.Bytes()
}

// paper is a one-page PDF with a line of text.
func paper(title string) []byte {
	var out bytes.Buffer
	var offsets []int
	object := func(text string) {
		offsets = append(offsets, out.Len())
		fmt.Fprintf(&out, "%d 0 obj\n%s\nendobj\n", len(offsets), text)
	}
	out.WriteString("%PDF-1.4\n")
	object("<< /Type /Catalog /Pages 2 0 R >>")
	object("<< /Type /Pages /Kids [3 0 R] /Count 1 >>")
	object("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>")
	stream := fmt.Sprintf("BT /F1 20 Tf 72 740 Td (%s) Tj ET", title)
	object(fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", len(stream), stream))
	object("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
	start := out.Len()
	fmt.Fprintf(&out, "xref\n0 %d\n0000000000 65535 f \n", len(offsets)+1)
	for _, o := range offsets {
		fmt.Fprintf(&out, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(&out, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(offsets)+1, start)
	return out.Bytes()
}
