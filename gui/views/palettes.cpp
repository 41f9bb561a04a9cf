#include "gui/views/palettes.h"

namespace drover::gui {

namespace {

struct Tones
{
    QColor window, base, alternate, text, button, light, midlight, mid, dark, faint, disabled,
        highlight, highlighted, link;
};

QPalette make(const Tones& tones)
{
    QPalette palette;
    palette.setColor(QPalette::Window, tones.window);
    palette.setColor(QPalette::WindowText, tones.text);
    palette.setColor(QPalette::Base, tones.base);
    palette.setColor(QPalette::AlternateBase, tones.alternate);
    palette.setColor(QPalette::Text, tones.text);
    palette.setColor(QPalette::Button, tones.button);
    palette.setColor(QPalette::ButtonText, tones.text);
    palette.setColor(QPalette::BrightText, Qt::white);
    palette.setColor(QPalette::Light, tones.light);
    palette.setColor(QPalette::Midlight, tones.midlight);
    palette.setColor(QPalette::Mid, tones.mid);
    palette.setColor(QPalette::Dark, tones.dark);
    palette.setColor(QPalette::Shadow, Qt::black);
    palette.setColor(QPalette::ToolTipBase, tones.base);
    palette.setColor(QPalette::ToolTipText, tones.text);
    palette.setColor(QPalette::PlaceholderText, tones.faint);
    palette.setColor(QPalette::Highlight, tones.highlight);
    palette.setColor(QPalette::HighlightedText, tones.highlighted);
    palette.setColor(QPalette::Link, tones.link);
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
        palette.setColor(QPalette::Disabled, role, tones.disabled);
    palette.setColor(QPalette::Disabled, QPalette::Highlight, tones.mid);
    return palette;
}

} // namespace

QPalette lightPalette()
{
    return make({QColor(0xf3, 0xf4, 0xf6), Qt::white, QColor(0xf6, 0xf8, 0xfa),
                 QColor(0x1c, 0x21, 0x28), QColor(0xea, 0xec, 0xef), Qt::white,
                 QColor(0xdf, 0xe3, 0xe8), QColor(0xb6, 0xbd, 0xc6), QColor(0x8c, 0x95, 0x9f),
                 QColor(0x65, 0x6d, 0x76), QColor(0x77, 0x7f, 0x88), QColor(0xcf, 0xe3, 0xfb),
                 QColor(0x10, 0x18, 0x22), QColor(0x1a, 0x66, 0xb3)});
}

QPalette darkPalette()
{
    return make({QColor(0x22, 0x26, 0x2c), QColor(0x1a, 0x1d, 0x22), QColor(0x20, 0x24, 0x2a),
                 QColor(0xe2, 0xe6, 0xea), QColor(0x30, 0x36, 0x3d), QColor(0x4a, 0x52, 0x5c),
                 QColor(0x3a, 0x41, 0x4a), QColor(0x4c, 0x55, 0x60), QColor(0x12, 0x15, 0x18),
                 QColor(0x9a, 0xa4, 0xaf), QColor(0x88, 0x92, 0x9d), QColor(0x24, 0x4a, 0x75),
                 QColor(0xf4, 0xf7, 0xfa), QColor(0x6a, 0xb0, 0xf3)});
}

} // namespace drover::gui
