//! How the demo's tmux looks and behaves.

use crate::words::Lang;

/// The commands that give a new tmux its manners: no delay after Esc, titles, keys without a prefix.
pub(super) fn manners(lang: Lang) -> Vec<Vec<String>> {
    let keys = match lang {
        Lang::Pt => {
            "Alt+setas ou clique: trocar · Alt+k: derrubar o servidor · Alt+r: religá-lo · \
                     Alt+q: encerrar"
        }
        Lang::En => {
            "Alt+arrows or click: switch · Alt+k: kill the server · Alt+r: restart it · \
                     Alt+q: end"
        }
    };
    let set =
        |name: &str, value: &str| ["set-option", "-g", name, value].map(str::to_owned).to_vec();
    let bind = |key: &str, command: &[&str]| {
        ["bind-key", "-n", key].iter().chain(command).map(|&word| word.to_owned()).collect()
    };
    vec![
        ["set-option", "-s", "escape-time", "10"].map(str::to_owned).to_vec(),
        set("default-terminal", "tmux-256color"),
        set("mouse", "on"),
        set("focus-events", "on"),
        set("status-left", " trecho demo "),
        set("status-left-length", "20"),
        set("status-right", &format!("{keys} ")),
        set("status-right-length", "120"),
        set("window-status-format", ""),
        set("window-status-current-format", ""),
        set("status-style", "reverse"),
        set("pane-border-status", "top"),
        set("pane-border-format", " #{?pane_active,#[bold],}#{pane_title} "),
        // The last passenger has left: only the server's log remains.
        ["set-hook", "-g", "pane-exited", "if-shell -F '#{==:#{window_panes},1}' kill-session"]
            .map(str::to_owned)
            .to_vec(),
        bind("M-Left", &["select-pane", "-L"]),
        bind("M-Right", &["select-pane", "-R"]),
        bind("M-Up", &["select-pane", "-U"]),
        bind("M-Down", &["select-pane", "-D"]),
        bind("M-q", &["kill-session"]),
    ]
}
