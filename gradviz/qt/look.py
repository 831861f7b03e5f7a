"""How the window looks: the application's palette and style sheet from a theme."""

from __future__ import annotations

from functools import cache

from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from gradviz.render import fonts
from gradviz.render.theme import Theme

STYLE = "fusion"
SPACE = 8
"""All gaps are this many pixels, or half or twice as many."""
TEXT = 14
TITLE = 20
LINE = 22
"""Height of a line of text of the size `TEXT`, in pixels."""


def put_on(window: QWidget, theme: Theme) -> None:
    """Give the window, and the dialogs and menus that it opens, the theme's colours and our own
    font.

    The style sheet is the window's: as the application's it took Qt five times as long.
    """
    application = QApplication.instance()
    if isinstance(application, QApplication):
        if application.style().objectName() != STYLE:
            application.setStyle(STYLE)
        application.setFont(fonts.font("sans", TEXT))
        application.setPalette(palette(theme))
    window.setStyleSheet(style_sheet(theme))


def palette(theme: Theme) -> QPalette:
    """The theme as Qt's colour roles."""
    role = QPalette.ColorRole
    colours = {
        role.Window: theme.window,
        role.WindowText: theme.text,
        role.Base: theme.panel,
        role.AlternateBase: theme.window,
        role.Text: theme.text,
        role.PlaceholderText: theme.muted,
        role.Button: theme.panel,
        role.ButtonText: theme.text,
        role.BrightText: theme.error,
        role.Highlight: theme.accent,
        role.HighlightedText: theme.accent_text,
        role.Link: theme.accent,
        role.ToolTipBase: theme.panel,
        role.ToolTipText: theme.text,
        role.Light: theme.panel,
        role.Midlight: theme.panel,
        role.Mid: theme.border,
        role.Dark: theme.border,
        role.Shadow: theme.border,
    }
    made = QPalette()
    for key, colour in colours.items():
        made.setColor(key, QColor(colour))
    for key in (role.WindowText, role.Text, role.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, key, QColor(theme.none))
    return made


@cache
def mixed(first: str, second: str, part: float) -> QColor:
    """The colour that lies ``part`` of the way from the first to the second."""
    one, two = QColor(first), QColor(second)
    return QColor(
        round(one.red() + (two.red() - one.red()) * part),
        round(one.green() + (two.green() - one.green()) * part),
        round(one.blue() + (two.blue() - one.blue()) * part),
    )


def style_sheet(theme: Theme) -> str:
    """What Fusion would paint grey and bevelled, flat and quiet."""
    hover = mixed(theme.panel, theme.accent, 0.12).name()
    pressed = mixed(theme.panel, theme.accent, 0.25).name()
    handle = mixed(theme.border, theme.muted, 0.35).name()
    return f"""
    QMainWindow, #page {{ background: {theme.window}; }}
    QMenuBar {{ background: {theme.window}; padding: 2px 4px; }}
    QMenuBar::item {{ background: transparent; padding: 4px 10px; border-radius: 4px; }}
    QMenuBar::item:selected {{ background: {hover}; color: {theme.text}; }}
    QMenu {{ background: {theme.panel}; border: 1px solid {theme.border}; padding: 4px; }}
    QMenu::item {{ padding: 6px 28px 6px 24px; border-radius: 4px; }}
    QMenu::item:selected {{ background: {theme.accent}; color: {theme.accent_text}; }}
    QMenu::separator {{ height: 1px; background: {theme.border}; margin: 4px 8px; }}
    #panel {{ background: {theme.panel}; border: 1px solid {theme.border}; border-radius: 6px; }}
    #paper {{ background: {theme.panel}; }}
    #heading {{ font-weight: bold; }}
    #muted {{ color: {theme.muted}; }}
    QToolButton {{ background: transparent; border: 1px solid transparent; border-radius: 6px;
        padding: 6px 7px; }}
    QToolButton:hover {{ background: {hover}; }}
    QToolButton:pressed, QToolButton:checked {{ background: {pressed}; }}
    QToolButton:focus {{ border-color: {theme.accent}; }}
    QToolButton:disabled {{ color: {theme.none}; }}
    #popup {{ background: {theme.panel}; border: 1px solid {theme.accent}; border-radius: 8px; }}
    QListWidget {{ background: {theme.panel}; border: none; outline: none; }}
    QListWidget::item {{ padding: 3px 2px; border-radius: 4px; color: {theme.text}; }}
    QListWidget::item:hover {{ background: {hover}; }}
    QListWidget::item:selected {{ background: {pressed}; color: {theme.text}; }}
    #deed {{ background: {hover}; border: 1px solid {theme.border}; border-radius: 6px;
        padding: 4px 10px; text-align: left; }}
    #deed:hover {{ border-color: {theme.accent}; }}
    #deed:focus {{ border-color: {theme.accent}; }}
    #hint {{ color: {theme.muted}; font-size: 12px; }}
    #bad {{ color: {theme.error}; font-size: 13px; }}
    #formula {{ color: {theme.text}; background: {theme.window}; border-radius: 6px;
        padding: 6px 8px; }}
    QLineEdit[pale="true"] {{ color: {theme.muted}; }}
    QLineEdit[bad="true"] {{ border-color: {theme.error}; color: {theme.error}; }}
    QComboBox {{ background: {theme.window}; border: 1px solid {theme.border};
        border-radius: 5px; padding: 3px 6px; color: {theme.text}; }}
    QComboBox::drop-down {{ border: none; width: 22px; }}
    QComboBox:focus {{ border-color: {theme.accent}; }}
    QComboBox QAbstractItemView {{ background: {theme.panel}; color: {theme.text};
        selection-background-color: {theme.accent}; selection-color: {theme.accent_text}; }}
    #switch {{ border: 1px solid {theme.border}; border-radius: 6px; }}
    #choice {{ font-size: 13px; padding: 2px 4px; border-radius: 5px; color: {theme.muted}; }}
    #choice:checked {{ color: {theme.text}; font-weight: bold; }}
    #stage {{ padding: 3px 6px; border-radius: 5px; color: {theme.text}; }}
    #stage:checked {{ background: {theme.accent}; color: {theme.accent_text}; font-weight: bold; }}
    #stage:disabled {{ color: {theme.none}; }}
    #crumb {{ color: {theme.accent}; padding: 2px 6px; font-weight: bold; }}
    #here, #here:disabled {{ color: {theme.text}; padding: 2px 6px; font-weight: bold; }}
    QTreeView {{ background: {theme.panel}; border: none; outline: none; }}
    QTreeView::item {{ padding: 3px 2px; border-radius: 4px; color: {theme.text}; }}
    QTreeView::item:hover {{ background: {hover}; }}
    QTreeView::item:selected {{ background: {pressed}; color: {theme.text}; }}
    #link {{ color: {theme.accent}; padding: 2px 8px; font-weight: bold; }}
    QLineEdit {{ background: {theme.window}; border: 1px solid {theme.border};
        border-radius: 5px; padding: 4px 6px; }}
    QLineEdit:focus {{ border-color: {theme.accent}; }}
    QTabWidget::pane {{ border: none; border-top: 1px solid {theme.border}; }}
    QTabBar {{ background: transparent; }}
    QTabBar::tab {{ background: transparent; color: {theme.muted}; padding: 7px 14px;
        border: none; border-bottom: 3px solid transparent; }}
    QTabBar::tab:selected {{ color: {theme.text}; font-weight: bold;
        border-bottom-color: {theme.accent}; }}
    QTabBar::tab:hover:!selected {{ color: {theme.text}; }}
    QTabBar::tab:focus {{ color: {theme.accent}; }}
    QTableView {{ background: {theme.panel}; border: none; outline: none;
        selection-background-color: {theme.accent}; selection-color: {theme.accent_text}; }}
    QHeaderView, QHeaderView::section {{ background: {theme.panel}; color: {theme.muted};
        border: none; }}
    QHeaderView::section {{ padding: 4px; border-bottom: 1px solid {theme.border}; }}
    QTableCornerButton::section {{ background: {theme.panel}; border: none; }}
    QScrollArea, QPlainTextEdit {{ background: {theme.panel}; border: none; }}
    QAbstractScrollArea::corner {{ background: transparent; border: none; }}
    QScrollBar {{ background: transparent; border: none; }}
    QScrollBar:vertical {{ width: 12px; }}
    QScrollBar:horizontal {{ height: 12px; }}
    QScrollBar::handle {{ background: {handle}; border-radius: 4px; margin: 2px; }}
    QScrollBar::handle:vertical {{ min-height: 28px; }}
    QScrollBar::handle:horizontal {{ min-width: 28px; }}
    QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
    QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
    QSplitter::handle {{ background: transparent; }}
    QSplitter::handle:hover {{ background: {hover}; }}
    QToolTip {{ background: {theme.panel}; color: {theme.text};
        border: 1px solid {theme.border}; padding: 4px; }}
    """
