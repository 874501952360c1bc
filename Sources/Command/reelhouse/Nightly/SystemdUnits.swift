import Arguments

/// The units of systemd that run `reelhouse nightly`: a service and its timer.
///
/// Sources: systemd.service(5), systemd.timer(5), systemd.exec(5), systemd.resource-control(5), systemd.syntax(7), in
/// systemd 252 (Debian 12). What is set is in the order of `systemd-analyze security`.
struct SystemdUnits {
    private static let service = "reelhouse-nightly.service"
    private static let timer = "reelhouse-nightly.timer"

    /// Creates folders as root before the sandbox of the service is made: its first argument is the user's name.
    private static let makeFolders = """
        umask 022; user=$1; shift; for folder; do [ -d "$folder" ] || { mkdir -p -m 750 -- "$folder" && \
        chown -- "$user:" "$folder"; }; done
        """

    private let schedule: NightlySchedule

    init(_ schedule: NightlySchedule) { self.schedule = schedule }

    /// The service, then the timer.
    var files: [ScheduleFile] {
        get throws(UsageError) {
            // The name of a program is the one place where systemd takes no quote and no backslash, however written.
            guard !schedule.program.contains(where: { "\"'\\".contains($0) }) else {
                throw UsageError(
                    "systemd starts no program with a quote or a backslash in its path: \(schedule.program)",
                    hint: "Name the program by a symbolic link, or install it below /usr/local.")
            }
            return [
                ScheduleFile(name: Self.service, text: serviceText), ScheduleFile(name: Self.timer, text: timerText),
            ]
        }
    }

    /// All folders that are written to, each once.
    private var folders: [String] {
        var folders = [schedule.folder]
        for folder in schedule.writableFolders
        where !folders.contains(where: { $0 == folder || folder.hasPrefix($0 == "/" ? $0 : $0 + "/") }) {
            folders.append(folder)
        }
        return folders
    }

    private func list(_ paths: [String], prefix: String = "") -> String {
        paths.map { ScheduleText.unitPath($0, prefix: prefix) }.joined(separator: " ")
    }

    /// Whether a path, or an argument that may have one in it, is below a folder.
    private func names(_ folder: String) -> Bool {
        ([schedule.program] + folders + schedule.arguments).contains { $0 == folder || $0.contains(folder + "/") }
    }

    private var start: String {
        let arguments = schedule.command.dropFirst().map(ScheduleText.unitArgument)
        return ([ScheduleText.unitProgram(schedule.program)] + arguments).joined(separator: " ")
    }

    private var startBefore: String {
        let words = [Self.makeFolders, "sh", schedule.user] + folders
        return "+/bin/sh -c " + words.map(ScheduleText.unitArgument).joined(separator: " ")
    }

    /// Whether a server may be asked for, whose client reads files of the user's home (`~/.pgpass`).
    private var mayUseServers: Bool {
        schedule.arguments.contains { $0 == "--live" || ($0.contains("://") && !$0.contains("sqlite:")) }
    }

    private var home: String {
        guard mayUseServers || ["/home", "/root", "/run/user"].contains(where: names) else { return "ProtectHome=yes" }
        return """
            # Something that it reads may be in a home folder, where it writes to nothing but what is named above.
            ProtectHome=read-only
            """
    }

    private var temporary: String {
        guard ["/tmp", "/var/tmp"].contains(where: names) else { return "PrivateTmp=yes" }
        return """
            # Something of it is below /tmp or /var/tmp, which folders of its own would hide.
            PrivateTmp=no
            """
    }

    private var userNote: String {
        schedule.user == "root"
            ? "# A user of its own is better than root: useradd --system reelhouse, and give it the folder.\n" : ""
    }

    private var serviceText: String {
        """
        # \(Self.service): runs `reelhouse nightly` once. \(Self.timer) says when.
        # Written by `reelhouse nightly --emit systemd`, which puts both into a folder with --output. To install them as root:
        #   reelhouse nightly --emit systemd … --output /etc/systemd/system
        #   systemctl daemon-reload
        #   systemctl enable --now \(Self.timer)
        # How it went: systemctl status reelhouse-nightly, journalctl -u reelhouse-nightly
        # Now, once: systemctl start reelhouse-nightly

        [Unit]
        Description=Reelhouse: the nightly run
        Wants=network-online.target
        After=network-online.target
        RequiresMountsFor=\(list(folders))
        StartLimitIntervalSec=12h
        StartLimitBurst=6

        \(serviceSection)
        """
    }

    private var serviceSection: String {
        """
        [Service]
        Type=oneshot
        \(userNote)User=\(schedule.user.replacing("%", with: "%%"))
        # The folders need not be there: they are made by root first, and given to the user.
        ExecStartPre=\(startBefore)
        WorkingDirectory=-\(ScheduleText.unitSetting(schedule.folder))
        ExecStart=\(start)

        # 3: done, but not all was taken; the journal says what. 130, 143: it was stopped, at a commit.
        SuccessExitStatus=3 130 143
        # 4, 5 and 6 (in use by another run, a backend cannot be reached, input left), and a run that was killed, begin
        # again after a while, up to six times. 1 (failed; its tasks were tried again already) and 2 (wrong usage) do not.
        Restart=on-failure
        RestartPreventExitStatus=1 2
        RestartSec=10min

        # SIGTERM ends it at its next commit. No night lasts for a day.
        TimeoutStartSec=23h
        KillMode=mixed
        KillSignal=SIGTERM
        TimeoutStopSec=5min

        # The machine's other work goes first. Swift's threads ask for more and do not get it, which is no news.
        Nice=10
        Environment=LIBDISPATCH_LOG=NO
        IOSchedulingClass=best-effort
        IOSchedulingPriority=7
        CPUWeight=50
        IOWeight=50
        MemoryMax=50%
        OOMPolicy=stop

        # It writes to these folders, and nowhere else.
        ProtectSystem=strict
        ReadWritePaths=\(list(folders, prefix: "-"))
        \(home)
        \(temporary)
        UMask=0027

        NoNewPrivileges=yes
        CapabilityBoundingSet=
        AmbientCapabilities=
        PrivateDevices=yes
        ProtectClock=yes
        ProtectControlGroups=yes
        ProtectHostname=yes
        ProtectKernelLogs=yes
        ProtectKernelModules=yes
        ProtectKernelTunables=yes
        ProtectProc=invisible
        RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
        RestrictNamespaces=yes
        RestrictRealtime=yes
        RestrictSUIDSGID=yes
        LockPersonality=yes
        MemoryDenyWriteExecute=yes
        SystemCallArchitectures=native
        SystemCallFilter=@system-service
        SystemCallFilter=~@privileged
        SystemCallErrorNumber=EPERM

        """
    }

    private var timerText: String {
        """
        # \(Self.timer): says when \(Self.service) runs. Written by `reelhouse nightly --emit systemd`.

        [Unit]
        Description=Reelhouse: when the nightly run begins

        [Timer]
        OnCalendar=*-*-* \(schedule.time.text):00 UTC
        # A night in which the machine was off is made up for when it starts.
        Persistent=true
        AccuracySec=1min
        RandomizedDelaySec=5min

        [Install]
        WantedBy=timers.target

        """
    }
}
