package dev.aiserver.cli;

import dev.aiserver.plan.ReceiptStore;
import dev.aiserver.server.Install;
import dev.aiserver.server.Layout;
import dev.aiserver.server.Status;
import dev.aiserver.server.Uninstall;
import dev.aiserver.server.Verify;

/** What commands may ask for; nothing is built before it is asked for. */
public interface UseCases {

    Layout layout();

    ReceiptStore receipts();

    Install install();

    Uninstall uninstall();

    Verify verify();

    Status status();

    Rehearsal rehearsal();

    /** A whole life of an installation in a throw-away home. */
    interface Rehearsal {
        /** @return the exit code */
        int run();
    }
}
